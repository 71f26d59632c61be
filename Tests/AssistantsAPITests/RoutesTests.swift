import Testing

@testable import AssistantsAPI

@Suite("The table of routes")
struct RoutesTests {
    private static let session = "/v1/Sessions/{id}"
    private static let list = "/v1/Sessions/{sessionId}/Messages"
    private static let message = "/v1/Sessions/{sessionId}/Messages/{id}"

    @Test(
        "a path leads to one route, with its parameters decoded once",
        arguments: [
            ("/health", "/health", "", ""), ("/ready/", "/ready", "", ""), ("/openapi.json", "/openapi.json", "", ""),
            ("/v1/Assistants", "/v1/Assistants", "", ""), ("/v1/Assistants/", "/v1/Assistants", "", ""),
            ("/v1/Assistants/aia_asst_1", "/v1/Assistants/{id}", "aia_asst_1", ""),
            ("/v1/Assistants/aia%5Fasst_%2F%2541/", "/v1/Assistants/{id}", "aia_asst_/%41", ""),
            ("/v1/Assistants/aia_asst_1/Messages", "/v1/Assistants/{id}/Messages", "aia_asst_1", ""),
            ("/v1/Sessions", "/v1/Sessions", "", ""), ("/v1/Sessions/", "/v1/Sessions", "", ""),
            ("/v1/Sessions/s", session, "s", ""), ("/v1/Sessions//", session, "", ""),
            ("/v1/Sessions/webhook:a/b%20c", session, "webhook:a/b c", ""), ("/v1/Sessions/s//", session, "s/", ""),
            ("/v1/Sessions/Messages", session, "Messages", ""),
            ("/v1/Sessions/a%2FMessages", session, "a/Messages", ""),
            ("/v1/Sessions/Messages/aia_msg_1", session, "Messages/aia_msg_1", ""),
            ("/v1/Sessions/s/messages", session, "s/messages", ""),
            ("/v1/Sessions/s/Messages/1", session, "s/Messages/1", ""),
            ("/v1/Sessions/s/Messages", list, "s", ""), ("/v1/Sessions//Messages", list, "", ""),
            ("/v1/Sessions/a/Messages/b/Messages/", list, "a/Messages/b", ""),
            ("/v1/Sessions/%252F/Messages", list, "%2F", ""),
            ("/v1/Sessions/s/Messages/aia_msg_1", message, "s", "aia_msg_1"),
            ("/v1/Sessions/a/Messages/aia_msg_1/Messages/aia%5Fmsg_%2F", message, "a/Messages/aia_msg_1", "aia_msg_/"),
        ]
    )
    func match(_ path: String, _ template: String, _ first: String, _ second: String) throws {
        let match = try #require(try Routes.match(path[...]))
        #expect(match.route.template.text == template)
        #expect([match.parameters[0], match.parameters[1]] == [first, second])
    }

    @Test(
        "another path leads nowhere",
        arguments: [
            "", "/", "//", "/health//", "/Health", "/healthy", "/v1", "/v1/", "/v2/Sessions", "/v1//Sessions",
            "/v1/%53essions",
            "/v1/Assistants/1", "/v1/Assistants//", "/v1/Assistants/aia_asst_", "/v1/Assistants/aia_asst_1//",
            "/v1/Assistants/aia_asst_a/b", "/v1/Assistants/Messages", "/v1/Assistants/1/Messages",
            "/v1/Assistants/aia_asst_1/Messages/aia_msg_1", "v1/Sessions", "/v1/SessionsMessages",
            "/v1/Tools/1", "/v1/Tools/aia_asst_1", "/v1/Assistants/aia_asst_1/Tools/aia_asst_1",
            "/v1/Policies/aia_plcy_1",
        ]
    )
    func noMatch(_ path: String) throws {
        #expect(try Routes.match(path[...])?.route.template.text == nil)
    }

    @Test("no route hides another: its paths lead to it")
    func order() throws {
        for route in Routes.all {
            let operation = try #require(route.operations.first?.value)
            let parameters = try operation.parameters.map { type in
                try #require(
                    ["aia_asst_1", "aia_tool_1", "aia_msg_1"].first(where: type.isValid),
                    "\(type) needs an example here"
                )
            }
            let path = try Routes.path(route.template.text, parameters.first ?? "", parameters.dropFirst().first ?? "")
            #expect(try Routes.match(path[...])?.route === route, "\(path)")
        }
    }
}

extension Routes {
    /// A path of a route, by its template's text.
    static func path(_ template: String, _ first: String, _ second: String = "") throws -> String {
        let route = try #require(all.first { $0.template.text == template })
        return route.template.path(PathParameters(first, second))
    }
}

import AssistantsStore
import Testing

@testable import Replies

@Suite("What a tool takes")
struct InputSchemaTests {
    @Test(
        "types of TypeScript become JSON Schema",
        arguments: [
            ("{}", #"{"type":"object"}"#), (" { } ", #"{"type":"object"}"#),
            ("export type Data = {}", #"{"type":"object","properties":{}}"#),
            (
                "export type Data = { date: string }",
                #"{"type":"object","properties":{"date":{"type":"string"}},"required":["date"]}"#
            ),
            (
                "{ location: string; name?: number; }",
                #"{"type":"object","properties":{"location":{"type":"string"},"name":{"type":"number"}},"required":["location"]}"#
            ),
            (
                "export type Data = {\n  a: string\n  b: number,\n  c: boolean;\n}\n",
                #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"},"c":{"type":"boolean"}},"required":["a","b","c"]}"#
            ),
            (
                "export type Data = {\n  /**\n   * The day.\n   * In UTC.\n   */\n  a: string; // As ISO 8601.\n  // The place.\n  b: string\n}",
                #"{"type":"object","properties":{"a":{"type":"string","description":"The day. In UTC."},"b":{"type":"string","description":"The place."}},"required":["a","b"]}"#
            ),
            (
                "{\n a: string, // of a\n b: string // of b\n}",
                #"{"type":"object","properties":{"a":{"type":"string","description":"of a"},"b":{"type":"string","description":"of b"}},"required":["a","b"]}"#
            ),
            (
                "{ /** of a */ a: string, /** of b */ b: string }",
                #"{"type":"object","properties":{"a":{"type":"string","description":"of a"},"b":{"type":"string","description":"of b"}},"required":["a","b"]}"#
            ),
            (
                "type Data = { unit: 'C' | \"F\"; n: 1 | 2; x: string | null; y: string | undefined; z: true }",
                #"{"type":"object","properties":{"unit":{"type":"string","enum":["C","F"]},"n":{"type":"number","enum":[1,2]},"x":{"anyOf":[{"type":"string"},{"type":"null"}]},"y":{"type":"string"},"z":{"type":"boolean","enum":[true]}},"required":["unit","n","x","z"]}"#
            ),
            (
                "{ unit:\n  | 'a'\n  | 'b'\n}",
                #"{"type":"object","properties":{"unit":{"type":"string","enum":["a","b"]}},"required":["unit"]}"#
            ),
            (
                "{ a: string[]; b: Array<{ c: number }>; d: (string | number)[][]; e: [string, number] }",
                #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}},"b":{"type":"array","items":{"type":"object","properties":{"c":{"type":"number"}},"required":["c"]}},"d":{"type":"array","items":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"number"}]}}},"e":{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],"minItems":2,"maxItems":2}},"required":["a","b","d","e"]}"#
            ),
            (
                "{ 'a-b': Record<string, number>, [key: string]: any }",
                #"{"type":"object","properties":{"a-b":{"type":"object","properties":{},"additionalProperties":{"type":"number"}}},"required":["a-b"],"additionalProperties":{}}"#
            ),
            (
                "interface Place { city: string }\nexport type Data = { readonly place: Place; when: Date };\ntype Other = {}",
                #"{"type":"object","properties":{"place":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]},"when":{"type":"string","format":"date-time"}},"required":["place","when"]}"#
            ),
            (
                "{ export: string; type: string; string: number; é: string }",
                #"{"type":"object","properties":{"export":{"type":"string"},"type":{"type":"string"},"string":{"type":"number"},"é":{"type":"string"}},"required":["export","type","string","é"]}"#
            ),
            (
                "{ a: 'it\\'s \\\"x\\\"' }",
                #"{"type":"object","properties":{"a":{"type":"string","enum":["it's \"x\""]}},"required":["a"]}"#
            ),
        ]
    )
    func typeScript(_ text: String, _ expected: String) throws {
        let schema = try InputSchema(text)
        #expect(schema.json.text == expected)
        #expect((try? JSONObject(schema.json.text)) != nil)
    }

    @Test("JSON Schema is taken as it is, and is of an object")
    func jsonSchema() throws {
        let text = #"{ "type": "object", "properties": { "a": { "type": "string" } } }"#
        #expect(try InputSchema(text).json.text == text)
        #expect(try InputSchema(#"{"properties":{}}"#).json.text == #"{"type":"object","properties":{}}"#)
        #expect(throws: InputSchemaError(position: 1, reason: #"the "type" of the JSON Schema must be "object""#)) {
            try InputSchema(#"{"type":"string"}"#)
        }
    }

    @Test("types that have each other twice do not grow without bound")
    func growth() {
        let types = (1...40).map { "type T\($0) = { a: T\($0 - 1), b: T\($0 - 1) }" }
        let text = "type T0 = { a: string }\n\(types.joined(separator: "\n"))"
        let error = #expect(throws: InputSchemaError.self) { try InputSchema(text) }
        #expect(error?.reason == "there are more than 4096 types")
    }

    @Test(
        "what is neither is refused with the place",
        arguments: [
            ("", 1, "it is empty: give {} if the tool takes nothing"),
            ("  // nothing", 1, "it is empty: give {} if the tool takes nothing"),
            ("string", 1, "the type must be an object type like { date: string }"),
            ("export type Data = string", 1, "the type must be an object type like { date: string }"),
            (
                "{ a: strin }", 6,
                "the type `strin` is not known: declare it before, or use string, number, boolean, or an object"
            ),
            ("{ a string }", 5, "there must be `:` behind the name of the property `a`, not `string`"),
            (
                "{ a: string b: string }", 13,
                "there must be `,`, `;`, or the end of the line behind a property, not `b`"
            ),
            ("{ a: string", 12, "the end is not the name of a property"),
            ("{ a: }", 6, "there must be a type, not `}`"),
            ("{ a: 'x }", 6, "the quotation mark is not closed"),
            ("{ /* a: string }", 3, "the comment is not closed"),
            ("{ a: string[ }", 14, "there must be `]` behind `[`, not `}`"),
            ("{ a: string & number }", 13, "there must be `,`, `;`, or the end of the line behind a property, not `&`"),
            ("{ a: () => void }", 7, "there must be a type, not `)`"),
            ("{ a: 01 }", 6, "`01` is not a number"),
            ("export const a = 1", 8, "there must be `type` or `interface`, not `const`"),
            ("type Data { a: string }", 11, "there must be `=` between the name of the type and what it is, not `{`"),
            (
                "{ a: \(String(repeating: "{ a: ", count: 40))",
                161,
                "there are more than 32 types in each other"
            ),
        ]
    )
    func refusals(_ text: String, _ position: Int, _ reason: String) {
        let error = #expect(throws: InputSchemaError.self) { try InputSchema(text) }
        #expect(error == InputSchemaError(position: position, reason: reason), "\(text)")
    }
}

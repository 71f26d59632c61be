import AssistantsStore
import AsyncHTTPClient
import IPAddresses
import NIOCore
import NIOHTTP1
import Secrets

/// One attempt to deliver a callback.
struct CallbackDelivery {
    /// Why it was not delivered, for the operator.
    struct Failure: Error {
        let reason: String
    }

    let addresses: CallbackAddresses
    /// How long it may take.
    let timeout: Duration
    /// Finds the addresses of a host.
    var resolve: @Sendable (_ host: String) async -> [IPAddress] = HostResolver.addresses

    /// - Parameter token: what it is signed with.
    /// - Throws: `Failure`, `CancellationError`.
    func deliver(_ callback: NewCallback, token: Secret) async throws {
        let url: CallbackURL
        do throws(CallbackURL.Invalid) {
            // The operator may have changed what is allowed, and earlier versions stored URLs as they were given.
            url = try CallbackURL(callback.url, addresses: addresses, maximumLength: nil)
        } catch {
            throw Failure(reason: "the URL \(error.reason)")
        }
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        let address = try await allowedAddress(of: url.host)
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = TimeAmount(timeout)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        // The address that was checked is the one that is connected to, whatever the name means by then.
        configuration.dnsOverride = [url.host: address.description]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Void, any Error>
        do {
            result = .success(try await post(callback, to: url, token: token, by: client, deadline: deadline))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        try result.get()
    }

    private func allowedAddress(of host: String) async throws -> IPAddress {
        let found: [IPAddress]
        do {
            found = try await withTimeout(timeout) { await resolve(host) }
        } catch is TimedOut {
            throw Failure(reason: "the host \(host) could not be looked up within \(timeout.components.seconds) s")
        }
        guard !found.isEmpty else { throw Failure(reason: "the host \(host) is not known") }
        guard let address = found.first(where: addresses.allows) else {
            throw Failure(reason: "the host \(host) has no address but \(CallbackAddresses.refusedKinds)")
        }
        return address
    }

    private func post(
        _ callback: NewCallback,
        to url: CallbackURL,
        token: Secret,
        by client: HTTPClient,
        deadline: NIODeadline
    ) async throws {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        // The client would leave out the brackets of an address.
        request.headers.add(name: "Host", value: url.authority)
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
        request.headers.add(name: "I-Twilio-Idempotency-Token", value: callback.idempotencyToken)
        request.headers.add(
            name: "X-Twilio-Signature",
            value: CallbackSignature.sign(url: url.text, fields: FormEncoding.decode(callback.body), token: token)
        )
        request.body = .bytes(ByteBuffer(string: callback.body))
        do {
            // What the receiver says beyond its status is not read.
            let response = try await client.execute(request, deadline: deadline)
            guard (200..<300).contains(response.status.code) else {
                throw Failure(reason: "the receiver answered with status \(response.status.code)")
            }
        } catch let failure as Failure {
            throw failure
        } catch let error as HTTPClientError where [.deadlineExceeded, .connectTimeout].contains(error) {
            throw Failure(reason: "the receiver did not answer within \(timeout.components.seconds) s")
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch {
            throw Failure(reason: "the receiver cannot be reached: \(error)")
        }
    }
}

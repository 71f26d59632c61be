import Dispatch
import Foundation
import IPAddresses

/// Finds the addresses of a host by the system's resolver.
enum HostResolver {
    /// The resolver blocks without a limit, so it has its own threads.
    private static let queue = DispatchQueue(label: "resolver", attributes: .concurrent)

    /// In the order in which they should be tried; none where there is no such host. A caller that is cancelled is not
    /// kept waiting.
    static func addresses(of host: String) async -> [IPAddress] {
        let (stream, continuation) = AsyncStream.makeStream(of: [IPAddress].self)
        queue.async {
            continuation.yield(resolve(host, flags: AI_ADDRCONFIG))
            continuation.finish()
        }
        for await addresses in stream { return addresses }
        return []
    }

    /// The address that a host is itself, in any form that the system takes for one, as `127.1` and `0x7f000001`; `nil`
    /// where it is a name.
    static func address(writtenAs host: String) -> IPAddress? {
        resolve(host, flags: AI_NUMERICHOST).first
    }

    private static func resolve(_ host: String, flags: Int32) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_flags = flags
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        return sequence(first: first) { $0?.pointee.ai_next }.compactMap { info in
            info.flatMap { numeric($0.pointee) }.flatMap { IPAddress($0) }
        }
    }

    private static func numeric(_ info: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

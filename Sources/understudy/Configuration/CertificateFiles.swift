import Logging
import NIOCertificateReloading
import NIOSSL

/// The certificate that the server shows to its clients, which is read again when its files have changed.
struct CertificateFiles {
    /// How often the files are looked at.
    private static let interval = Duration.seconds(10)
    /// Which keys can be used, for errors.
    private static let kinds = "The key must be RSA, ECDSA with P-256, P-384, or P-521, or Ed25519."

    /// Of PEM: the server's certificate, and behind it those that lead to one that clients trust.
    let chain: String
    /// Of PEM.
    let key: String

    /// - Throws: `CommandError` where the files are not a certificate and its key.
    func reloader(logger: Logger) throws -> TimedCertificateReloader {
        if let problem = problem() { throw CommandError(problem) }
        let configuration = TimedCertificateReloader.Configuration(
            refreshInterval: Self.interval,
            certificateSource: .init(location: .file(path: chain), format: .pem),
            privateKeySource: .init(location: .file(path: key), format: .pem)
        ) { configuration in
            configuration.onCertificateLoaded = { change in
                guard let previous = change.previousCertificateChain, previous != change.currentCertificateChain else {
                    return
                }
                logger.notice("a new certificate is shown from now on")
            }
            configuration.onCertificateLoadFailed = { _ in
                // None if the files have changed in between; then they are read again soon.
                guard let problem = problem() else { return }
                logger.error("Cannot load the new TLS certificate; still using the previous one: \(problem)")
            }
        }
        do {
            return try TimedCertificateReloader.makeReloaderValidatingSources(configuration: configuration)
        } catch {
            throw CommandError(unusable)
        }
    }

    private var unusable: String {
        "Cannot use the TLS certificate \(chain) with the key \(key). \(Self.kinds)"
    }

    /// What is wrong with the files, in words of our own: those of the libraries name their source files, and no file of the user's.
    /// - Returns: `nil` if they can be used.
    private func problem() -> String? {
        let chainBytes: [UInt8]
        let keyBytes: [UInt8]
        do {
            chainBytes = try FileContents.read(chain, what: "TLS certificate")
            keyBytes = try FileContents.read(key, what: "TLS key")
        } catch {
            return "\(error)"
        }
        if let problem = problem(ofChain: chainBytes) ?? problem(ofKey: keyBytes) { return problem }
        do {
            _ = try TimedCertificateReloader.makeReloaderValidatingSources(
                refreshInterval: Self.interval,
                certificateSource: .init(location: .memory { chainBytes }, format: .pem),
                privateKeySource: .init(location: .memory { keyBytes }, format: .pem)
            )
            return nil
        } catch let error as TimedCertificateReloader.Error where error == .publicKeyMismatch {
            return """
                The key in \(key) does not belong to the first certificate in \(chain). Name the key of that certificate, or put the \
                server's own certificate first.
                """
        } catch {
            if (try? NIOSSLCertificate.fromPEMBytes(chainBytes)) == nil {
                return "The TLS certificate \(chain) is damaged. Replace the file."
            }
            if (try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem)) == nil {
                return "The TLS key \(key) is damaged, or of a kind that is not supported. \(Self.kinds)"
            }
            return unusable
        }
    }

    private func problem(ofChain bytes: [UInt8]) -> String? {
        let labels = Self.labels(bytes)
        guard labels.isEmpty || labels.contains(where: { $0 != "CERTIFICATE" }) else { return nil }
        let found = labels.isEmpty ? "nothing in PEM" : labels.joined(separator: ", ")
        let hint =
            labels.contains { $0.hasSuffix("PRIVATE KEY") }
            ? " Name a file of its own for the key, with --tls-key." : ""
        return "The TLS certificate \(chain) must have certificates in PEM and nothing else, but has \(found).\(hint)"
    }

    private func problem(ofKey bytes: [UInt8]) -> String? {
        let labels = Self.labels(bytes)
        let isEncrypted =
            labels == ["ENCRYPTED PRIVATE KEY"]
            || String(decoding: bytes, as: UTF8.self).contains("\nProc-Type: 4,ENCRYPTED")
        guard !isEncrypted else {
            return "The TLS key \(key) is encrypted. Decrypt it: openssl pkey -in \(key) -out FILE"
        }
        guard labels.count != 1 || labels.first?.hasSuffix("PRIVATE KEY") == false else { return nil }
        let found = labels.isEmpty ? "nothing in PEM" : labels.joined(separator: ", ")
        return "The TLS key \(key) must have one private key in PEM and nothing else, but has \(found)."
    }

    /// What the parts of a PEM file say they are, such as `CERTIFICATE`.
    private static func labels(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).matches(of: /-----BEGIN ([A-Z0-9 ]+)-----/).map { String($0.1) }
    }
}

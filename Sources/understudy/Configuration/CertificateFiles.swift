import Logging
import NIOCertificateReloading

/// The certificate that the server shows to its clients, which is read again when its files have changed.
struct CertificateFiles {
    /// How often the files are looked at.
    private static let interval = Duration.seconds(10)

    /// Of PEM: the server's certificate, and behind it those that lead to one that clients trust.
    let chain: String
    /// Of PEM.
    let key: String

    /// - Throws: `CommandError` where the files are not a certificate and its key.
    func reloader(logger: Logger) throws -> TimedCertificateReloader {
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
            configuration.onCertificateLoadFailed = { failure in
                logger.error("the new certificate cannot be used, the one before it goes on: \(failure.error)")
            }
        }
        // The library does not tell what is wrong with a file that cannot be read.
        _ = try FileContents.read(chain, what: "TLS certificate")
        _ = try FileContents.read(key, what: "TLS key")
        do {
            return try TimedCertificateReloader.makeReloaderValidatingSources(configuration: configuration)
        } catch {
            throw CommandError(
                """
                Cannot use the TLS certificate \(chain) with the key \(key). Both must be PEM, the server's own certificate must be \
                the first, and the key must belong to it.
                """
            )
        }
    }
}

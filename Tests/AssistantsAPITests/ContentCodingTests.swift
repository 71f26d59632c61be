import Testing

@testable import AssistantsAPI

@Suite("What a client takes")
struct ContentCodingTests {
    @Test(
        "gzip is used where it is accepted",
        arguments: [
            "gzip", "GZip", "x-gzip", "gzip, deflate", "deflate,gzip", "gzip, compress, deflate, br",
            "br;q=1.0, gzip;q=0.8, *;q=0.1",
            "*", "gzip ; q=0.001", "gzip;\tQ=1", "identity;q=0.5, gzip;q=0.5", "identity;q=0, gzip", ",, gzip,",
            "br, *;q=0.5",
        ]
    )
    func accepted(header: String) {
        #expect(ContentCoding(acceptedBy: header) == .gzip)
    }

    @Test(
        "content stays plain where gzip is not named, is excluded, or is liked less",
        arguments: [
            "", " ", ",", "identity", "br", "deflate, br", "gzip;q=0", "gzip;q=0.000", "*, gzip;q=0", "*;q=0",
            "identity, gzip;q=0.5",
            "gzipped", "gzip;q=", "gzip;q=2", "gzip;q=-1", "gzip;q=nan", "gzip;level=1", "gzip;q=0;x", "gzip deflate",
            "\u{301}gzip",
        ]
    )
    func refused(header: String) {
        #expect(ContentCoding(acceptedBy: header) == .identity)
    }
}

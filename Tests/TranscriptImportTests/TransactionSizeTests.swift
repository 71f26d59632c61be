import Testing

@testable import TranscriptImport

@Suite("The size of an import's transactions")
struct TransactionSizeTests {
    @Test(
        "a transaction takes 8 to 20 ms where it keeps everybody from writing, else 80 to 200",
        arguments: [(true, 5, 64), (true, 10, 32), (true, 30, 16), (false, 30, 64), (false, 100, 32), (false, 300, 16)]
    )
    func size(_ hasOneWriter: Bool, _ milliseconds: Int, _ messages: Int) {
        var size = TransactionSize(hasOneWriter: hasOneWriter)
        size.adapt(to: .milliseconds(milliseconds))
        #expect(size.messages == messages)
    }
}

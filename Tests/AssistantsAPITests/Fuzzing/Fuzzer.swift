import Foundation

/// Looks for inputs that lead somewhere new, by libFuzzer, and has each read.
@main
enum Fuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runFuzzer(&count, &arguments, readInput))
    }
}

/// The first byte says what reads the rest. libFuzzer's own `main`, which is linked too, wants it under this name.
@_cdecl("LLVMFuzzerTestOneInput")
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    guard let first = bytes.first else { return 0 }
    let reader = FuzzedInput.allCases[Int(first) % FuzzedInput.allCases.count]
    do {
        try reader.check(Array(bytes.dropFirst()))
    } catch {
        fatalError("\(reader): \(error)")
    }
    return 0
}

/// https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

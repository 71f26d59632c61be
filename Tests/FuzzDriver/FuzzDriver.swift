import Foundation

/// Has libFuzzer look for inputs that reach new code.
package enum FuzzDriver {
    /// - Parameter check: throws what is wrong with the code that read the input.
    package static func run(_ check: @escaping @Sendable ([UInt8]) throws -> Void) -> Never {
        Self.check = check
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runFuzzer(&count, &arguments, readInput))
    }

    /// Set once, before the first input is read on the same thread.
    nonisolated(unsafe) fileprivate static var check: @Sendable ([UInt8]) throws -> Void = { _ in }
}

/// libFuzzer's own `main`, which is linked too, wants it under this name.
@_cdecl("LLVMFuzzerTestOneInput")
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try FuzzDriver.check(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(error)")
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

import Synchronization
import TextEncodings

/// What a request is called in its response's `Twilio-Request-Id` and in the log: `RQ` and 32 hexadecimal digits.
///
/// Unique, but no secret: asking the system for random bytes at each request would cost a system call.
struct RequestID: CustomStringConvertible {
    private static let high = UInt64.random(in: .min ... .max)
    private static let next = Atomic(UInt64.random(in: .min ... .max))

    let description: String

    init() {
        // Different for each number of the process, for every step is invertible (SplitMix64); and for each process by `high`.
        var low = Self.next.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        low = (low ^ low >> 30) &* 0xBF58_476D_1CE4_E5B9
        low = (low ^ low >> 27) &* 0x94D0_49BB_1331_11EB
        low ^= low >> 31
        let halves = (Self.high ^ low, low)
        description = String(unsafeUninitializedCapacity: 34) { buffer in
            buffer[0] = UInt8(ascii: "R")
            buffer[1] = UInt8(ascii: "Q")
            for index in 0..<16 {
                buffer[2 + index] = Hexadecimal.digit(UInt8(truncatingIfNeeded: halves.0 >> UInt64(4 * index) & 0xF))
                buffer[18 + index] = Hexadecimal.digit(UInt8(truncatingIfNeeded: halves.1 >> UInt64(4 * index) & 0xF))
            }
            return 34
        }
    }
}

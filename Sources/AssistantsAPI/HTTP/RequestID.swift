/// What a request is called in its response's `Twilio-Request-Id` and in the log: `RQ` and 32 hexadecimal digits.
struct RequestID: CustomStringConvertible {
    let description: String

    init() {
        let number = UInt128.random(in: .min ... .max)
        description = String(unsafeUninitializedCapacity: 34) { buffer in
            buffer[0] = UInt8(ascii: "R")
            buffer[1] = UInt8(ascii: "Q")
            for index in 0..<32 { buffer[2 + index] = Self.digit(number >> UInt128(4 * index)) }
            return 34
        }
    }

    private static func digit(_ bits: UInt128) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits & 0xF)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

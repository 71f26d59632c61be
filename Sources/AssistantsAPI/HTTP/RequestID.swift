import TextEncodings

/// What a request is called in its response's `Twilio-Request-Id` and in the log: `RQ` and 32 hexadecimal digits.
struct RequestID: CustomStringConvertible {
    let description: String

    init() {
        let number = UInt128.random(in: .min ... .max)
        description = String(unsafeUninitializedCapacity: 34) { buffer in
            buffer[0] = UInt8(ascii: "R")
            buffer[1] = UInt8(ascii: "Q")
            for index in 0..<32 {
                let value = UInt8(truncatingIfNeeded: number >> UInt128(4 * index) & 0xF)
                buffer[2 + index] = Hexadecimal.digit(value)
            }
            return 34
        }
    }
}

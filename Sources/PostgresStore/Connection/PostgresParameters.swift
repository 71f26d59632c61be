/// The values of a statement in libpq's form: one buffer, and where in it each value lies.
struct PostgresParameters {
    /// Every value, with a NUL behind each, for those in text form end by one.
    private var buffer: [UInt8] = []
    /// `nil` where the value is NULL.
    private var offsets: [Int?] = []
    private(set) var lengths: [Int32] = []
    /// 0 for text, 1 for binary.
    private(set) var formats: [Int32] = []

    /// - Parameter values: `nil` for NULL.
    init(_ values: [(any PostgresValue)?]) {
        for value in values {
            let bytes = value?.encoded ?? []
            offsets.append(value == nil ? nil : buffer.count)
            lengths.append(Int32(bytes.count))
            formats.append(value.map { type(of: $0).isBinary } == true ? 1 : 0)
            buffer += bytes
            buffer.append(0)
        }
    }

    /// Of all values.
    var byteCount: Int { buffer.count }

    var count: Int32 { Int32(offsets.count) }

    /// - Parameter body: gets the address of each value, `nil` for NULL.
    func withAddresses<Value>(_ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
        buffer.withUnsafeBytes { bytes in
            let addresses = offsets.map { offset in
                offset.flatMap { bytes.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return body(addresses)
        }
    }
}

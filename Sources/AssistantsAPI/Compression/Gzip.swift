import CLibdeflate
import NIOCore

/// Makes gzip files (RFC 1952).
enum Gzip {
    /// The fastest that compresses. JSON of real conversations becomes a fifth; the next levels take twice as long to save a
    /// twentieth more.
    private static let level: Int32 = 1

    /// `nil` where there is no memory for it.
    static func compress(_ content: ByteBuffer) -> ByteBuffer? {
        guard let compressor = libdeflate_alloc_compressor(level) else { return nil }
        defer { libdeflate_free_compressor(compressor) }
        return content.withUnsafeReadableBytes { input in
            let room = libdeflate_gzip_compress_bound(compressor, input.count)
            var file = ByteBuffer()
            let length = file.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { output in
                libdeflate_gzip_compress(compressor, input.baseAddress, input.count, output.baseAddress, output.count)
            }
            return length > 0 ? file : nil
        }
    }
}

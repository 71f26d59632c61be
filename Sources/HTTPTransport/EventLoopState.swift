import Foundation
import NIOCore

/// What the connections of one event loop share.
final class EventLoopState: Sendable {
    let executor: EventLoopExecutor
    private let date: NIOLoopBoundBox<(second: Int, text: String)>
    private let buffer: NIOLoopBoundBox<ByteBuffer>

    init(_ eventLoop: any EventLoop) {
        executor = EventLoopExecutor(eventLoop)
        date = NIOLoopBoundBox.makeBoxSendingValue((0, ""), eventLoop: eventLoop)
        buffer = NIOLoopBoundBox.makeBoxSendingValue(ByteBuffer(), eventLoop: eventLoop)
    }

    /// The value of `Date`, made once a second. Only on the event loop.
    var dateText: String {
        let second = time(nil)
        if date.value.second != second { date.value = (second, Self.text(of: second)) }
        return date.value.text
    }

    /// Fills a buffer to be sent; the previous one is reused if nothing refers to it any more. Only on the event loop.
    /// - Parameter capacity: in bytes, of a new one.
    func buffer(capacity: Int, _ write: (inout ByteBuffer) -> Void) -> ByteBuffer {
        buffer.value.clear(minimumCapacity: capacity)
        write(&buffer.value)
        return buffer.value
    }

    /// As `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    static func text(of second: Int) -> String {
        var (second, parts) = (second, tm())
        gmtime_r(&second, &parts)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = "\(days[Int(parts.tm_wday)]), \(padded(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        let time = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
        return "\(day) \(parts.tm_year + 1900) \(time) GMT"
    }
}

/// Runs tasks on an event loop: a hop to another thread and back costs as much as reading a page.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

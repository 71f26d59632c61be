import Foundation

extension MetricsRegistry {
    /// Adds what Prometheus' clients tell of every process, under the names that they use.
    package func addProcess() {
        let start = Date().timeIntervalSince1970
        gauge("process_start_time_seconds", "When the process began, in seconds since 1970.") { start }
        gauge("process_resident_memory_bytes", "How much of its memory is resident.") {
            // In kB.
            (Self.status("VmRSS") ?? 0) * 1_024
        }
        gauge("process_threads", "How many threads it has.") { Self.status("Threads") ?? 0 }
        gauge("process_open_fds", "How many files and sockets it has open.") {
            Double((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0)
        }
        counter("process_cpu_seconds_total", "How much processor time it has taken.") {
            var time = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
    }

    /// A number of /proc/self/status, without its unit.
    private static func status(_ name: String) -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("\(name):") }?
            .split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Double($0) }
    }
}

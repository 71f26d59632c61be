import FuzzDriver

@main
enum Fuzzer {
    static func main() {
        FuzzDriver.run { bytes in try FuzzedConnection(bytes).check() }
    }
}

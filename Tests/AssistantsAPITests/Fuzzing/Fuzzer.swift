import FuzzDriver

@main
enum Fuzzer {
    /// The first byte of an input says what reads the rest.
    static func main() {
        FuzzDriver.run { bytes in
            guard let first = bytes.first else { return }
            let reader = FuzzedInput.allCases[Int(first) % FuzzedInput.allCases.count]
            try reader.check(Array(bytes.dropFirst()))
        }
    }
}

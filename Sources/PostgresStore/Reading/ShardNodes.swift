import AssistantsStore

/// Which connections lead to the node of Citus that stores a session. A node finds what it stores without asking another one, and keeps the
/// plans for that.
///
/// This is where to ask, not what to believe: a node that is active passes on what is not, or no longer, stored there.
struct ShardNodes: Sendable {
    /// The lowest hash of each shard, in ascending order.
    private let lowestHashes: [Int32]
    /// Those of the shards in the same order; `nil` where a shard's node is not read from.
    private let pools: [PostgresPool?]

    /// - Parameter pools: by the number of the node that each leads to.
    init(_ shards: [Shard], pools: [Int64: PostgresPool]) {
        lowestHashes = shards.map(\.lowestHash)
        self.pools = shards.map { pools[$0.node] }
    }

    func pool(for session: SessionKey) -> PostgresPool? {
        let hash = session.hash
        var (low, high) = (0, lowestHashes.count)
        while low < high {
            let middle = (low + high) / 2
            if lowestHashes[middle] <= hash { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? pools[low - 1] : nil
    }
}

/// A part of the sessions, those of a range of hashes.
struct Shard: Equatable {
    let id: Int64
    let lowestHash: Int32
    /// The number of the node that stores it.
    let node: Int64
}

extension SessionKey {
    /// What PostgreSQL makes of the key for a hash index, and Citus for a shard: Bob Jenkins's lookup3, as in `hash_bytes`.
    var hash: Int32 {
        let start = 0x9e37_79b9 &+ UInt32(bytes.count) &+ 3_923_095
        var (a, b, c) = (start, start, start)
        func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
        func word(_ index: Int) -> UInt32 {
            bytes.dropFirst(4 * index).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        // A key has 16 bytes: three words that are mixed, and one.
        a &+= word(0)
        b &+= word(1)
        c &+= word(2)
        for (first, second, third) in [(4, 6, 8), (16, 19, 4)] as [(UInt32, UInt32, UInt32)] {
            a = (a &- c) ^ rotated(c, first)
            c &+= b
            b = (b &- a) ^ rotated(a, second)
            a &+= c
            c = (c &- b) ^ rotated(b, third)
            b &+= a
        }
        a &+= word(3)
        c = (c ^ b) &- rotated(b, 14)
        a = (a ^ c) &- rotated(c, 11)
        b = (b ^ a) &- rotated(a, 25)
        c = (c ^ b) &- rotated(b, 16)
        a = (a ^ c) &- rotated(c, 4)
        b = (b ^ a) &- rotated(a, 14)
        c = (c ^ b) &- rotated(b, 24)
        return Int32(bitPattern: c)
    }
}

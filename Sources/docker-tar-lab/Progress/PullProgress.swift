internal import Puller

/// What is known of a pull while it runs: a pure state that takes events and is rendered by `ProgressLines`.
///
/// Times are counted from the pull's beginning.
struct PullProgress: Hashable, Sendable {
    /// How far a layer is.
    enum Phase: Hashable, Sendable {
        case waiting, downloading, retrying, verified
    }

    /// One layer of the image.
    struct Layer: Hashable, Sendable {
        /// Its digest.
        let digest: Digest
        /// Its size in bytes.
        let size: Int64
        /// Whether a layer below has the same digest: it is fetched once, and counted there.
        let isRepeated: Bool
        /// How far it is.
        var phase = Phase.waiting
        /// Bytes that are here.
        var received: Int64 = 0
        /// When its first and last bytes came.
        var began: Duration?
        var ended: Duration?
        /// Its present speed.
        var rate = TransferRate()
    }

    /// Whether they are sent to a registry, and not fetched from one.
    let isSending: Bool
    /// The layers, lowest first; empty until the image is known.
    private(set) var layers: [Layer] = []
    /// The speed of all together.
    private(set) var rate = TransferRate()
    /// Whether all layers are here and the archive is put together.
    private(set) var isAssembling = false

    /// Nothing is known yet.
    init(isSending: Bool = false) { self.isSending = isSending }

    /// Bytes that are here, and bytes in all; a repeated layer counts once.
    var received: Int64 { layers.lazy.filter { !$0.isRepeated }.map { min($0.received, $0.size) }.sizeSum }
    var size: Int64 { layers.lazy.filter { !$0.isRepeated }.map(\.size).sizeSum }
    /// How many layers are here and right.
    var verifiedCount: Int { layers.count { $0.phase == .verified } }

    /// The seconds that are left at the present speed; nil while that cannot be said.
    func secondsLeft(at now: Duration) -> Int64? {
        rate.secondsLeft(for: size - received, at: now)
    }

    /// Takes one event.
    mutating func apply(_ event: PullEvent, at now: Duration) {
        switch event {
        case .planned(let descriptors):
            var seen: Set<Digest> = []
            layers = descriptors.map {
                Layer(digest: $0.digest, size: $0.size, isRepeated: !seen.insert($0.digest).inserted)
            }
            rate.note(0, at: now)
        case .resumed(let number, let bytes):
            change(number) { layer in
                layer.received = bytes
                layer.rate = TransferRate()
            }
            // What was here before did not come at any speed.
            rate = TransferRate()
            rate.note(received, at: now)
        case .received(let number, let bytes):
            change(number) { layer in
                layer.phase = .downloading
                layer.began = layer.began ?? now
                layer.received = bytes
                layer.rate.note(bytes, at: now)
            }
            rate.note(received, at: now)
        case .verified(let number):
            change(number) { layer in
                layer.phase = .verified
                layer.received = layer.size
                layer.ended = now
            }
            rate.note(received, at: now)
        case .retrying(let number, _, _):
            change(number) { $0.phase = .retrying }
        case .assembling:
            isAssembling = true
        case .rateLimit, .passedOver, .vouchedByMirrorOnly, .slow, .cacheUnusable:
            break
        }
    }

    private mutating func change(_ number: Int, _ body: (inout Layer) -> Void) {
        guard layers.indices.contains(number) else { return }
        let digest = layers[number].digest
        for index in layers.indices where layers[index].digest == digest { body(&layers[index]) }
    }
}

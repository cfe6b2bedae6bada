/// Many images, one after another: where one fails, the others go on.
public struct ImageSync: Sendable {
    /// The images, each once, in the order in which they were named first.
    public let images: [ImageReference]

    /// Plans a sync of these; what is named twice comes once.
    public init(_ images: [ImageReference]) {
        var seen: Set<ImageReference> = []
        self.images = images.filter { seen.insert($0).inserted }
    }

    /// What became of an image.
    public enum Outcome: Sendable {
        /// It is where it was to go.
        case brought(Traffic)
        /// It was there already, as the registry has it.
        case present
        /// It could not be brought.
        case failed(any Error)
        /// The sync was interrupted before its turn came, or while it was under way.
        case interrupted
    }

    /// Bytes of layers that a transfer took.
    public struct Traffic: Hashable, Sendable {
        /// Those that came over the network.
        public var fetched: Int64
        /// Those that were at hand: in what stood there already, or at a registry that had them.
        public var shared: Int64

        /// Puts the two together.
        public init(fetched: Int64 = 0, shared: Int64 = 0) { (self.fetched, self.shared) = (fetched, shared) }
    }

    /// An image and what became of it.
    public struct Row: Sendable {
        /// The image.
        public var image: ImageReference
        /// What became of it.
        public var outcome: Outcome
        /// How long that took.
        public var elapsed: Duration

        /// Puts the parts together.
        public init(image: ImageReference, outcome: Outcome, elapsed: Duration) {
            (self.image, self.outcome, self.elapsed) = (image, outcome, elapsed)
        }
    }

    /// Brings all of them.
    ///
    /// - Parameters:
    ///   - clock: what the times are read from.
    ///   - bring: brings the image of this number, counted from 0. Where it throws `CancellationError` nothing more is begun.
    ///   - report: is told of every row when it is done.
    /// - Returns: one row for each image.
    public func run<Time: Clock>(
        clock: Time, bringing bring: (_ number: Int, ImageReference) async throws -> Outcome,
        report: (_ number: Int, Row) -> Void = { _, _ in }
    ) async -> [Row] where Time.Duration == Duration {
        var rows: [Row] = []
        var isInterrupted = false
        for (number, image) in images.enumerated() {
            let start = clock.now
            var outcome = Outcome.interrupted
            if !isInterrupted, !Task.isCancelled {
                do {
                    outcome = try await bring(number, image)
                } catch {
                    // What a cancelled step throws depends on where it was.
                    isInterrupted = error is CancellationError || Task.isCancelled
                    if !isInterrupted { outcome = .failed(error) }
                }
            }
            let row = Row(image: image, outcome: outcome, elapsed: start.duration(to: clock.now))
            rows.append(row)
            report(number, row)
        }
        return rows
    }
}

/// The layers that an archive needs, each fetched once however often it occurs, and reported by its numbers.
struct PulledLayers: Sendable {
    /// The layers that are shown, lowest first: those that the archive holds.
    let all: [Descriptor]
    /// Those that are fetched: the same without repetitions.
    let distinct: [Descriptor]
    private let numbers: [Digest: [Int]]
    private let report: @Sendable (PullEvent) -> Void

    /// Those of `layers` that an archive's members need.
    init(
        of members: [ArchiveMember], among layers: [Descriptor], report: @escaping @Sendable (PullEvent) -> Void
    ) {
        let needed = Set(members.compactMap(\.content.layer?.digest))
        self.init(layers.filter { needed.contains($0.digest) }, report: report)
    }

    /// These, lowest first.
    init(_ layers: [Descriptor], report: @escaping @Sendable (PullEvent) -> Void) {
        all = layers
        var numbers: [Digest: [Int]] = [:]
        var distinct: [Descriptor] = []
        for (number, layer) in all.enumerated() {
            if numbers[layer.digest] == nil { distinct.append(layer) }
            numbers[layer.digest, default: []].append(number)
        }
        (self.numbers, self.distinct, self.report) = (numbers, distinct, report)
    }

    /// Fetches and verifies one layer.
    ///
    /// - Throws: as ``BlobSource/fetch(_:step:retrying:into:)``.
    func fetch(
        _ layer: Descriptor, from source: any BlobSource, into sink: @escaping BlobSink
    ) async throws {
        let numbers = numbers[layer.digest] ?? []
        try await source.fetch(
            layer, step: .layer(layer.digest),
            retrying: { attempt, reason in
                for number in numbers { report(.retrying(layer: number, attempt: attempt, reason: reason)) }
            },
            into: { bytes, offset in
                try sink(bytes, offset)
                for number in numbers { report(.received(layer: number, bytes: offset + Int64(bytes.count))) }
            })
        for number in numbers { report(.verified(layer: number)) }
    }

    /// Fetches all layers, at most `jobs` at a time, lowest first; the first failure ends the others.
    func fetchAll(
        from source: any BlobSource, jobs: Int,
        into sink: @Sendable (Descriptor) throws -> BlobSink
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = distinct[...]
            func startNext() throws {
                guard let layer = rest.popFirst() else { return }
                let sink = try sink(layer)
                group.addTask { try await fetch(layer, from: source, into: sink) }
            }
            for _ in 0..<max(1, jobs) { try startNext() }
            while try await group.next() != nil { try startNext() }
        }
    }

    /// Says that the archive is being put together.
    func reportAssembling() { report(.assembling) }
}

extension ArchiveMember.Content {
    /// The layer, or other blob of the registry, that a member holds.
    var layer: Descriptor? {
        switch self {
        case .blob(let descriptor), .inflated(let descriptor, _): descriptor
        case .folder, .link, .bytes: nil
        }
    }
}

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

    /// What a layer's transfer tells of the bytes that are here.
    func progress(of layer: Descriptor) -> @Sendable (Int64) -> Void {
        let numbers = numbers[layer.digest] ?? []
        return { [report] bytes in
            for number in numbers { report(.received(layer: number, bytes: bytes)) }
        }
    }

    /// Fetches and verifies one layer.
    ///
    /// - Throws: as ``BlobSource/fetch(_:step:retrying:)``.
    func fetch(_ transfer: BlobTransfer, from source: any BlobSource) async throws {
        let layer = transfer.blob
        let numbers = numbers[layer.digest] ?? []
        // However it ends, what has come is written down for the next run.
        defer { transfer.keepRecord() }
        if transfer.kept > 0 {
            for number in numbers { report(.resumed(layer: number, bytes: transfer.kept)) }
        }
        try await source.fetch(transfer, step: .layer(layer.digest)) { attempt, reason in
            for number in numbers { report(.retrying(layer: number, attempt: attempt, reason: reason)) }
        }
        for number in numbers { report(.verified(layer: number)) }
    }

    /// Fetches all layers into a file, at most `jobs` at a time, lowest first; the first failure ends the others.
    func fetchAll(from source: any BlobSource, jobs: Int, over link: Link, into work: Workplace) async throws {
        reportCache(of: work)
        try await forEach(jobs: jobs) { layer in
            try await fetch(work.transfer(layer, over: link, progress: progress(of: layer)), from: source)
        }
    }

    /// Does something with every layer, at most `jobs` at a time, lowest first; the first failure ends the others.
    func forEach(jobs: Int, _ body: @escaping @Sendable (Descriptor) async throws -> Void) async throws {
        try await distinct.forEach(jobs: jobs, body)
    }

    /// Says why nothing can be kept of what is fetched into a file, if nothing can.
    func reportCache(of work: Workplace) {
        if let errno = work.cacheFailure { report(.cacheUnusable(errno: errno)) }
    }

    /// Says that a layer is there already and verified.
    func reportPresent(_ layer: Descriptor) {
        for number in numbers[layer.digest] ?? [] {
            report(.resumed(layer: number, bytes: layer.size))
            report(.received(layer: number, bytes: layer.size))
            report(.verified(layer: number))
        }
    }

    /// Says which layers they are.
    func reportPlan() { report(.planned(layers: all)) }

    /// Says that the archive is being put together.
    func reportAssembling() { report(.assembling) }
}

extension Sequence where Element: Sendable {
    /// Does something with every element, at most `jobs` at a time, in their order; the first failure ends the others.
    func forEach(jobs: Int, _ body: @escaping @Sendable (Element) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = makeIterator()
            func startNext() {
                guard let element = rest.next() else { return }
                group.addTask { try await body(element) }
            }
            for _ in 0..<Swift.max(1, jobs) { startNext() }
            while try await group.next() != nil { startNext() }
        }
    }
}

extension ArchiveMember.Content {
    /// The layer, or other blob of the registry, that a member holds.
    var layer: Descriptor? {
        switch self {
        case .blob(let descriptor), .inflated(let descriptor, _): descriptor
        case .folder, .link, .bytes: nil
        }
    }

    /// The inflated layer that a member holds.
    var inflated: LayerContent? {
        if case .inflated(let blob, let diffID) = self { LayerContent(blob: blob, diffID: diffID) } else { nil }
    }
}

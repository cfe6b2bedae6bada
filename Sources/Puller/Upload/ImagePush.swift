internal import LabNet

/// One image on its way to one name: blobs first, then what names them, and the name itself last, so that nothing can be
/// asked for by it before all is there.
struct ImagePush: Sendable {
    let run: RegistryPush
    let image: ArchivedImage
    /// The name at the destination.
    let name: ImageReference
    let source: any BlobSource
    let report: @Sendable (PushEvent) -> Void

    /// Pushes it. Where the name stands for the same digest already, nothing is asked for that it leads to: a registry takes
    /// no manifest whose blobs it does not have.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func run(over client: RegistryClient, link: Link, jobs: Int) async throws -> PushedImage {
        let top = image.published
        let label = name.tag ?? top.descriptor.digest.description
        var pushed = PushedImage(reference: name, digest: top.descriptor.digest)
        guard try await client.published(label) != top.descriptor.digest else {
            pushed.wasThere = true
            report(.pushed(pushed))
            return pushed
        }
        let blobs = image.blobs
        report(.planned(name, blobs: blobs))
        pushed.blobs = try await bring(blobs, to: client, link: link, jobs: jobs)
        pushed.bytesSent = zip(blobs, pushed.blobs).filter { $0.1 == .sent }.map(\.0.size).sizeSum
        for (document, bytes) in image.inner {
            let own = document.digest.description
            if try await client.published(own) == document.digest { continue }
            try await client.publish(document, bytes, as: own)
            pushed.manifestsSent += 1
        }
        try await client.publish(top.descriptor, top.bytes, as: label)
        pushed.manifestsSent += 1
        report(.pushed(pushed))
        return pushed
    }

    /// All blobs, some at a time; the first failure ends the others.
    private func bring(
        _ blobs: [Descriptor], to client: RegistryClient, link: Link, jobs: Int
    ) async throws -> [BlobArrival] {
        try await withThrowingTaskGroup(of: (Int, BlobArrival).self) { group in
            var rest = blobs.enumerated().makeIterator()
            func startNext() {
                guard let (number, blob) = rest.next() else { return }
                group.addTask {
                    let arrival = try await bring(blob, number, to: client, link: link)
                    report(.settled(blob: number, arrival))
                    return (number, arrival)
                }
            }
            for _ in 0..<jobs { startNext() }
            var arrivals: [Int: BlobArrival] = [:]
            while let (number, arrival) = try await group.next() {
                arrivals[number] = arrival
                startNext()
            }
            return blobs.indices.compactMap { arrivals[$0] }
        }
    }

    private func bring(
        _ blob: Descriptor, _ number: Int, to client: RegistryClient, link: Link
    ) async throws -> BlobArrival {
        let repository = client.endpoint.repository
        if run.knows(blob.digest, in: repository) { return .present }
        if try await client.has(blob.digest) {
            run.note(blob.digest, in: repository)
            return .present
        }
        if blob.isForeign, image.omitsForeignLayers { return .leftOut }
        let donor = run.donor(of: blob.digest, to: repository, image)
        guard case .session(let session) = try await begin(blob.digest, mountingFrom: donor, at: client) else {
            run.note(blob.digest, in: repository)
            return .mounted(from: donor ?? "")
        }
        let upload = BlobUpload(
            client: client, blob: blob, source: source, link: link,
            sent: { report(.sent(blob: number, bytes: $0)) },
            retrying: { report(.retrying(blob: number, attempt: $0, reason: $1)) })
        do {
            try await upload.run(in: session)
        } catch let error as PullError where blob.isForeign && error.saysSourceHasNone(of: blob.digest) {
            return .leftOut
        }
        run.note(blob.digest, in: repository)
        return .sent
    }

    /// A registry that takes nothing over, or may not show us the other repository, is asked to take the bytes.
    private func begin(
        _ blob: Digest, mountingFrom donor: String?, at client: RegistryClient
    ) async throws -> RegistryClient.Beginning {
        guard let donor else { return try await client.begin(blob) }
        do {
            return try await client.begin(blob, mountingFrom: donor)
        } catch let error as PullError where error.refusesToMount {
            return try await client.begin(blob)
        }
    }
}

extension ArchivedImage {
    /// What its names are to stand for: the index, where all that it lists is here, else the manifest.
    var published: (descriptor: Descriptor, bytes: [UInt8]) {
        let here = Set(others.map(\.descriptor.digest)).union([manifest.descriptor.digest])
        if let index, index.manifests.allSatisfy({ here.contains($0.digest) }) {
            return (index.descriptor, index.bytes)
        }
        return (manifest.descriptor, manifest.bytes)
    }

    /// The manifests and indexes below that, each after those that it leads to: an index lists indexes one level deep.
    var inner: [(descriptor: Descriptor, bytes: [UInt8])] {
        guard published.descriptor.digest != manifest.descriptor.digest else { return [] }
        let documents = others.compactMap { one in one.bytes.map { (descriptor: one.descriptor, bytes: $0) } }
        return [(manifest.descriptor, manifest.bytes)]
            + documents.filter { MediaType.isManifest($0.descriptor.mediaType) }
            + documents.filter { MediaType.isIndex($0.descriptor.mediaType) }
    }

    /// The configurations and layers of all that is pushed, each once.
    var blobs: [Descriptor] {
        var all = [manifest.config] + manifest.layers
        if published.descriptor.digest != manifest.descriptor.digest {
            all += others.map(\.descriptor).filter {
                !MediaType.isManifest($0.mediaType) && !MediaType.isIndex($0.mediaType)
            }
        }
        var seen: Set<Digest> = []
        return all.filter { seen.insert($0.digest).inserted }
    }
}

extension PullError {
    /// Whether whoever brings an image's blobs does not have this one.
    fileprivate func saysSourceHasNone(of blob: Digest) -> Bool {
        guard step == .layer(blob) else { return false }
        return switch cause {
        case .notFound, .foreignRefused: true
        default: false
        }
    }

    /// Whether an upload may begin without what it was asked to begin with.
    fileprivate var refusesToMount: Bool {
        switch cause {
        case .unauthorised, .notFound: true
        case .status(let status, _): (400...499).contains(status)
        default: false
        }
    }
}

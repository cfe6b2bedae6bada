internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// What an image needs whose layers have to be here before its configuration can be made.
struct Spooling: Sendable {
    /// The layers wait in files beside this one.
    var path: String
    /// How many are fetched at a time.
    var jobs: Int
    /// What bounds their connections together.
    var link: Link
}

extension RegistryClient {
    /// Makes an image of today of one of schema 1: fetches its layers, inflates them, and writes down what they are.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func image(
        of manifest: Schema1Manifest, spooling: Spooling, report: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> FoundImage {
        let place = endpoint.origin.authority
        let blobs = try await measured(manifest.layers)
        let pulled = PulledLayers(blobs, report: report)
        report(.planned(layers: blobs))
        let spooled = try await SpooledBlobs.fetch(pulled, from: self, into: spooling)
        pulled.reportAssembling()

        var known: [Digest: (encoding: Encoding, diffID: Digest)] = [:]
        for blob in pulled.distinct { known[blob.digest] = try await spooled.inflated(blob.digest) }
        var layers: [Descriptor] = []
        var diffIDs: [Digest] = []
        for var blob in blobs {
            guard let found = known[blob.digest] else { continue }
            blob.mediaType = MediaType.dockerLayer(found.encoding)
            layers.append(blob)
            diffIDs.append(found.diffID)
        }
        return try await naming(.config, at: place) { [layers, diffIDs] in
            let config = try manifest.config(diffIDs: diffIDs)
            guard config.count <= ImageConfig.limit else {
                throw PullError.Cause.malformed("more than \(ImageConfig.limit) bytes")
            }
            return FoundImage(
                index: nil, manifest: try manifest.converted(config: config, layers: layers), configBytes: config,
                config: ImageConfig(platform: manifest.platform, diffIDs: diffIDs), fetched: spooled)
        }
    }

    /// The layers with their sizes, in the same order; schema 1 does not name them.
    func measured(_ layers: [Digest]) async throws -> [Descriptor] {
        var sizes: [Digest: Int64] = [:]
        for layer in Set(layers) { sizes[layer] = try await size(of: layer) }
        return layers.map { Descriptor(mediaType: "", digest: $0, size: sizes[$0] ?? 0) }
    }

    /// Servers that do not know HEAD, or do not sign it, refuse it in many ways; those of the blob itself GET meets
    /// again, and gets the server's words with them.
    private static let answersToHEAD = Set(400...417).subtracting([401, 408]).union([200, 501])

    /// How many bytes a blob has: by what the server says before it sends it, or by counting where it does not.
    private func size(of blob: Digest) async throws -> Int64 {
        let url = endpoint.blob(blob)
        let step = PullError.Step.layer(blob)
        let place = endpoint.origin.authority
        let said = try await patience.insist(established: true) {
            try await get(url, by: .HEAD, headers: [:], accepting: Self.answersToHEAD, step: step) {
                response -> Int64? in
                // Nothing comes, but the connection is free only when that has been read.
                _ = try await naming(step, at: place) { try await response.body.collect(upTo: 0) }
                guard response.status == 200 else { return nil }
                return response.headers.first(name: "Content-Length").flatMap { Int64($0) }
            }
        }
        if let said, said >= 0 { return said }
        return try await patience.insist(established: true) {
            try await get(url, headers: [:], step: step) { response in
                try await naming(step, at: place) {
                    var count: Int64 = 0
                    for try await piece in response.body {
                        count += Int64(piece.readableBytes)
                        guard count <= SpooledBlobs.limit else {
                            throw PullError.Cause.malformed("more than \(SpooledBlobs.limit >> 30) GiB of layers")
                        }
                    }
                    return count
                }
            }
        }
    }
}

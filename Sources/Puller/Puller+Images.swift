/// How images are found: each of its own registry, and who brings their layers.
extension Puller {
    /// The images that a pull asks for, all but their layers, verified.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func stock(
        of request: PullRequest, report: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> ImageStock {
        var stocks: [ImageStock] = []
        for reference in request.references {
            do {
                stocks.append(try await stock(of: reference, in: request, report: report))
            } catch var error as PullError where request.references.count > 1 {
                // One registry may have been asked for many.
                error.place = reference.familiar
                throw error
            }
        }
        guard let only = stocks.first, stocks.count == 1 else {
            return ImageStock(images: stocks.flatMap(\.images), blobs: JoinedBlobs(stocks))
        }
        return only
    }

    private func stock(
        of reference: ImageReference, in request: PullRequest, report: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> ImageStock {
        let sources = try await ImageSources(
            reference, access: access, transport: transport, patience: patience, report: report)
        let spooling = Spooling(
            path: request.archive.output.path ?? Archiver.spool, jobs: request.archive.jobs,
            link: archiver.link(request.archive.jobs))
        let found =
            request.allPlatforms
            ? try await sources.wholeImage(of: reference, preferring: request.platform, spooling: spooling)
            : try await sources.image(of: reference, for: request.platform, spooling: spooling)
        let image = ArchivedImage(
            names: [request.name ?? reference], source: reference, index: found.index, manifest: found.manifest,
            config: found.configBytes, diffIDs: found.config.diffIDs, others: found.others)
        return ImageStock(
            images: [image], blobs: found.fetched.map { $0 as any BlobSource } ?? sources,
            // What had to be fetched to know the image has been reported then.
            isReported: found.fetched != nil)
    }
}

/// The layers of several images, each from wherever its image comes from; where one fails, others who have it go on.
struct JoinedBlobs: BlobSource {
    private var sources: [Digest: [any BlobSource]] = [:]

    /// Joins what several images bring.
    init(_ stocks: [ImageStock]) {
        for stock in stocks {
            for digest in Set(stock.images.flatMap(\.layers).map(\.digest)) {
                sources[digest, default: []].append(stock.blobs)
            }
        }
    }

    /// See ``BlobSource``.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        var failure = PullError(step: step, place: "", cause: .notFound(""))
        for source in sources[transfer.blob.digest] ?? [] {
            do {
                return try await source.fetch(transfer, step: step, retrying: retrying)
            } catch let error as PullError {
                // What fails at this end fails whoever is asked.
                guard error.step == step else { throw error }
                failure = error
            }
        }
        throw failure
    }

    /// See ``BlobSource``.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async {
        await sources[transfer.blob.digest]?.first?.bring(part, of: transfer)
    }
}

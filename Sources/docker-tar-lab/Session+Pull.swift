internal import Puller

/// Actions that ask one registry, and the archive that may come of it.
extension Session {
    func pull(_ request: PullRequest, by puller: Puller) async throws {
        try await write(request.archive, keepsWholeIndex: request.allPlatforms) { showing in
            try await puller.pull(request, progress: showing)
        }
    }

    /// Shows how an archive is written, and says what has come of it.
    ///
    /// - Parameter keepsWholeIndex: whether all is there that its indexes name.
    func write(
        _ archive: ArchiveRequest, keepsWholeIndex: Bool,
        _ work: (@escaping @Sendable (PullEvent) -> Void) async throws -> ArchiveResult
    ) async throws {
        let stream: Console.Stream = archive.output == .standardOutput ? .error : .output
        let result = try await display(on: stream).show { showing in
            try await work { event in
                journal.happened(event)
                showing(event)
            }
        }
        if case .daemon = archive.output {
            for name in result.loaded { say(loaded: name) }
            return
        }
        let path = result.path ?? "-"
        journal.write(.written(path, ByteCount.text(result.size)))
        if invocation.isQuiet {
            if result.path != nil { console.verbatim(path, on: stream) }
            return
        }
        let engines = Engines(
            layout: result.layout, index: keepsWholeIndex ? nil : result.images.lazy.compactMap(\.index).first,
            layers: result.images.flatMap(\.layers), compression: archive.compression,
            isFolder: { if case .folder = archive.output { true } else { false } }(),
            omitsForeignLayers: archive.omitsForeignLayers,
            nameCount: result.images.flatMap(\.names).count)
        console.verbatim("Output File:  \(path)", on: stream)
        if !engines.names.isEmpty { console.say([Sentence.loadsInto(engines.names).text(in: language)], on: stream) }
        for note in engines.notes { journal.tell(note) }
    }

    private func say(loaded name: String) {
        if invocation.isQuiet {
            console.verbatim(name, on: .output)
        } else {
            console.say([Sentence.loaded(name).text(in: language)], on: .output)
        }
    }

    func list(_ reference: ImageReference, asJSON: Bool, by puller: Puller) async throws {
        let listing = PlatformListing(try await puller.platforms(of: reference) { journal.happened($0) })
        console.say(asJSON ? try listing.json() : listing.lines, on: .output)
    }

    func tags(_ reference: ImageReference, asJSON: Bool, by puller: Puller) async throws {
        let tags = try await puller.tags(of: reference) { journal.happened($0) }
        console.say(asJSON ? try JSONText.lines(of: tags) : tags, on: .output)
    }

    func inspect(_ request: InspectRequest) async throws {
        let images: [ImageDescription]
        switch request.source {
        case .image(let reference):
            images = [try await puller.description(of: reference, for: request.platform) { journal.happened($0) }]
        case .archive(let path):
            images = try await ImageDescription.all(inArchive: path, for: request.platform)
        }
        if request.asJSON {
            // One image is an object; those of an archive are a list, however many they are.
            let json = images.map(ImageJSON.init)
            let isArchive = if case .archive = request.source { true } else { false }
            let lines = try json.first.map { isArchive ? try JSONText.lines(of: json) : try JSONText.lines(of: $0) }
            console.say(lines ?? [], on: .output)
        } else {
            let tables = images.map { ImageTable(image: $0, language: language).lines }
            console.say(Array(tables.joined(separator: [""])), on: .output)
        }
    }
}

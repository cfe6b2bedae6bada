internal import Glibc
internal import LabNet
internal import Puller

/// One invocation while it runs: the pipeline is called, and what comes of it is said.
struct Session: Sendable {
    /// What is to be done.
    let invocation: Invocation
    /// Where it is said.
    let console: Console
    /// What is written down besides.
    let journal: Journal
    /// The language of the words.
    let language: Language
    /// Whether a picture can be drawn where the progress goes.
    let canDraw: Bool
    /// What a diagnosis is written on.
    let paper: Diagnosing.Paper

    /// Does what is asked for; every error is said, and ends in its exit code.
    func perform() async -> ExitCode {
        let circumstances = invocation.circumstances
        for notice in invocation.notices { journal.tell(notice) }
        journal.write(.begins(circumstances.action, circumstances.image))
        do {
            switch invocation.task {
            case .pull(let request): try await pull(request, by: try puller)
            case .list(let reference, let asJSON): try await list(reference, asJSON: asJSON, by: try puller)
            case .inspect(let request): try await inspect(request, by: try puller)
            case .tags(let reference, let asJSON): try await tags(reference, asJSON: asJSON, by: try puller)
            case .diagnose(let request): return try await diagnose(request)
            }
            return .done
        } catch {
            if !isReaderGone(error) {
                let report = ErrorReport(circumstances: circumstances, language: language).lines(for: error)
                console.say(report, on: .error)
                journal.failed(report)
            }
            return ExitCode(error, isLab: circumstances.isLab)
        }
    }

    private var puller: Puller {
        get throws {
            let transport = try Transport(invocation.transport) { journal.observed($0) }
            return Puller(transport: transport, access: invocation.access, transfer: invocation.transfer)
        }
    }

    private func pull(_ request: PullRequest, by puller: Puller) async throws {
        let stream: Console.Stream = request.archive.output == .standardOutput ? .error : .output
        let display = ProgressDisplay(
            console: console, stream: stream, style: invocation.isQuiet ? .none : canDraw ? .drawn : .plain,
            language: language, clock: ContinuousClock())
        let result = try await display.show { showing in
            try await puller.pull(request) { event in
                journal.happened(event)
                showing(event)
            }
        }
        let path = result.path ?? "-"
        journal.write(.written(path, ByteCount.text(result.size)))
        if invocation.isQuiet {
            if result.path != nil { console.verbatim(path, on: stream) }
            return
        }
        let engines = Engines(
            layout: result.layout, index: request.allPlatforms ? nil : result.images.first?.index,
            layers: result.images.flatMap(\.layers), compression: request.archive.compression)
        console.verbatim("Output File:  \(path)", on: stream)
        console.say([Sentence.loadsInto(engines.names).text(in: language)], on: stream)
        for note in engines.notes { journal.tell(note) }
    }

    private func list(_ reference: ImageReference, asJSON: Bool, by puller: Puller) async throws {
        let listing = PlatformListing(try await puller.platforms(of: reference) { journal.happened($0) })
        console.say(asJSON ? try listing.json() : listing.lines, on: .output)
    }

    private func inspect(_ request: InspectRequest, by puller: Puller) async throws {
        let image = try await puller.description(of: request.reference, for: request.platform) {
            journal.happened($0)
        }
        let lines =
            request.asJSON
            ? try JSONText.lines(of: ImageJSON(image)) : ImageTable(image: image, language: language).lines
        console.say(lines, on: .output)
    }

    private func tags(_ reference: ImageReference, asJSON: Bool, by puller: Puller) async throws {
        let tags = try await puller.tags(of: reference) { journal.happened($0) }
        console.say(asJSON ? try JSONText.lines(of: tags) : tags, on: .output)
    }

    private func diagnose(_ request: DiagnosisRequest) async throws -> ExitCode {
        var configuration = invocation.transport
        // A pull waits for a slow server; who is asked here has to speak soon, or that is what there is to say of it.
        configuration.timeouts.firstByte = .seconds(10)
        configuration.timeouts.connect = .seconds(5)
        let examiner = try Examiner(configuration, asking: request.resolvers) { journal.observed($0) }
        let diagnosing = Diagnosing(
            request: request, isQuiet: invocation.isQuiet, console: console, language: language,
            style: canDraw ? .drawn : .plain, paper: paper)
        do {
            let code = try await diagnosing.perform(over: examiner)
            await examiner.close()
            return code
        } catch {
            await examiner.close()
            throw error
        }
    }

    /// Whether the archive's reader on standard output has ended: it knows that itself, so nothing is said.
    private func isReaderGone(_ error: any Error) -> Bool {
        guard invocation.circumstances.writesToOutput, let error = error as? PullError else { return false }
        return error.cause == .disk(errno: EPIPE)
    }
}

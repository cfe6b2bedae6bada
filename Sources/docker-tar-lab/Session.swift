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
            case .inspect(let request): try await inspect(request)
            case .tags(let reference, let asJSON): try await tags(reference, asJSON: asJSON, by: try puller)
            case .sync(let request): return try await sync(request, by: try puller)
            case .verify(let request): return try await verify(request)
            case .push(let request): return try await push(request, by: try puller)
            case .convert(let request): try await convert(request)
            case .diagnose(let request): return try await diagnose(request)
            }
            return .done
        } catch {
            if !isReaderGone(error) {
                tell(error, circumstances)
            }
            return ExitCode(error, isLab: circumstances.isLab)
        }
    }

    /// Says what failed, and what to do next.
    func tell(_ error: any Error, _ circumstances: Circumstances) {
        let report = ErrorReport(circumstances: circumstances, language: language).lines(for: error)
        console.say(report, on: .error)
        journal.failed(report)
    }

    var puller: Puller {
        get throws {
            let transport = try Transport(invocation.transport) { journal.observed($0) }
            return Puller(transport: transport, access: invocation.access, transfer: invocation.transfer)
        }
    }

    /// Shows the progress of one archive.
    ///
    /// - Parameter isForTerminals: whether nothing is shown where no picture can be drawn.
    func display(
        on stream: Console.Stream, isForTerminals: Bool = false
    ) -> ProgressDisplay<ContinuousClock> {
        let style: ProgressDisplay<ContinuousClock>.Style = canDraw ? .drawn : isForTerminals ? .none : .plain
        return ProgressDisplay(
            console: console, stream: stream, style: invocation.isQuiet ? .none : style, language: language,
            clock: ContinuousClock())
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

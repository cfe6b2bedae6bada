internal import LabNet
internal import Puller

/// The words for an error: what could not be done, the step, the endpoint, the cause, all attempts, and what to do next.
/// A pure function of the error and its circumstances.
struct ErrorReport {
    /// What was asked for.
    let circumstances: Circumstances
    /// The language of the words.
    let language: Language

    /// The report's lines.
    func lines(for error: any Error) -> [String] {
        switch error {
        case let error as UsageError: [Self.opening(Sentence(error), in: language), text(.seeHelp)]
        case let error as TrustError: [Self.opening(Sentence(error), in: language)] + indented(Advice.for(error))
        case let error as ReportFile.Unwritable:
            [Self.opening(.reportNotWritten(error.path, .errno(error.errno)), in: language)]
        case is CancellationError:
            [Self.opening(circumstances.keepsContent ? .interruptedAndKept : .interrupted, in: language)]
        case let error as PullError: lines(for: error)
        case let error as NetworkError: [heading] + failure(.attempted(error), .cause(error.cause)) + ending(error)
        default: [Self.opening(.internalError, in: language)]
        }
    }

    /// The first line of any report: the command's name and what is the matter.
    static func opening(_ sentence: Sentence, in language: Language) -> String {
        "docker-tar-lab: \(sentence.text(in: language))"
    }

    private func lines(for error: PullError) -> [String] {
        if case .network(let cause) = error.cause {
            return [
                heading, "  " + text(.failed(.attempted(error))),
                "  " + text(.because(.attempted(cause), .cause(cause.cause))),
            ] + ending(cause)
        }
        var lines = [heading] + failure(.attempted(error), .cause(error.cause))
        switch error.cause {
        case .allFailed(let errors):
            lines = [heading] + errors.flatMap { failure(.attempted($0), $0.deepest) }
            lines += indented(Advice.for(error, circumstances))
        case .notVouched(let reason):
            lines += failure(.attempted(reason), reason.deepest) + indented(Advice.for(error, circumstances))
        case .noSuchPlatform(_, let available):
            lines.append("  " + text(.existingPlatforms))
            lines += PlatformListing(available).table.map { "    " + $0 }
            lines += indented(Advice.for(error, circumstances))
        default: lines += indented(Advice.for(error, circumstances))
        }
        return lines
    }

    private var heading: String {
        Self.opening(.cannot(circumstances.action, circumstances.image), in: language)
    }

    private func failure(_ step: Sentence, _ cause: Sentence) -> [String] { ["  " + text(.failed(step, cause))] }

    private func ending(_ error: NetworkError) -> [String] {
        let attempts = Attempts(of: error).lines(in: language).map { "    " + $0 }
        return (attempts.isEmpty ? [] : ["  " + text(.attempts)] + attempts)
            + indented(Advice.for(error, circumstances))
    }

    private func indented(_ advice: [Sentence]) -> [String] { advice.map { "  " + text(.advice($0)) } }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}

extension PullError {
    /// The cause that says most: of an attempt to connect, the first attempt's.
    var deepest: Sentence {
        guard case .network(let error) = cause else { return .cause(cause) }
        return .cause((error.attempts.first ?? error).cause)
    }
}

internal import FoundationEssentials
internal import Puller

/// Archives that are here already.
extension Session {
    func convert(_ request: ConvertRequest) async throws {
        let archiver = Archiver(transfer: invocation.transfer)
        try await write(request.archive, keepsWholeIndex: false) { showing in
            switch request.source {
            case .file(let path):
                let stored = try await StoredImages.open(path, preferring: request.platform)
                return try await archiver.convert(stored, to: request.archive, naming: request.name, progress: showing)
            case .daemon(let name):
                let daemon = try DaemonSocket.find(in: ProcessInfo.processInfo.environment)
                let saved = try await StoredImages.saved(by: daemon, [name], preferring: request.platform)
                return try await archiver.convert(saved, to: request.archive, naming: request.name, progress: showing)
            }
        }
    }

    /// Says of each archive what is in it and what is wrong; one that cannot be opened does not stop the rest.
    func verify(_ request: VerifyRequest) async throws -> ExitCode {
        var reports: [ArchiveReport] = []
        var codes: [ExitCode] = []
        let display = display(on: request.asJSON ? .error : .output, isForTerminals: true)
        for path in request.paths {
            do {
                let report = try await display.show(ReadingProgress(of: path)) { showing in
                    try await StoredImages.verify(path) { showing(.init(read: $0, all: $1)) }
                }
                reports.append(report)
            } catch let error as PullError {
                codes.append(tell(error, of: path))
            }
        }
        let listing = ReportListing(reports)
        if request.asJSON {
            console.say(try listing.json(), on: .output)
        } else {
            console.say(invocation.isQuiet ? listing.verdicts(in: language) : listing.lines(in: language), on: .output)
        }
        return ExitCode.worst(of: codes + [listing.exitCode])
    }

    /// Pushes archive after archive; one failure does not stop the rest.
    func push(_ request: PushRequest, by puller: Puller) async throws -> ExitCode {
        let push = ArchivePush(to: request.destination, by: puller, jobs: request.jobs)
        var codes: [ExitCode] = []
        for path in request.paths {
            do {
                let stored = try await StoredImages.open(path)
                let pushed = try await display(on: .output).show(isSending: true) { showing in
                    try await push.push(stored, naming: request.name) { event in
                        journal.happened(event)
                        PullEvent(event).map(showing)
                    }
                }
                for image in pushed { say(image) }
            } catch let error as PullError {
                codes.append(tell(error, of: path))
            }
        }
        return ExitCode.worst(of: codes)
    }

    private func say(_ image: PushedImage) {
        let name = image.reference.description
        guard !invocation.isQuiet else { return console.verbatim(name, on: .output) }
        let line =
            image.wasThere
            ? Sentence.pushedBefore(name, "\(image.digest)")
            : Sentence.pushed(
                name, "\(image.digest)", sent: ByteCount.text(image.bytesSent),
                blobs: (image.blobs.count { $0 == .sent }, image.blobs.count))
        console.say([line.text(in: language)], on: .output)
    }

    private func tell(_ error: PullError, of path: String) -> ExitCode {
        var circumstances = invocation.circumstances
        circumstances.image = path
        tell(error, circumstances)
        return ExitCode(error, isLab: circumstances.isLab)
    }
}

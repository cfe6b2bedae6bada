internal import Puller

/// Many images, each on its own.
extension Session {
    /// Brings them, says of each what has become of it, and ends with the worst.
    func sync(_ request: SyncRequest, by puller: Puller) async throws -> ExitCode {
        let stream: Console.Stream = request.asJSON ? .error : .output
        let target = try await target(of: request)
        let count = request.sync.images.count
        let rows = await request.sync.run(clock: ContinuousClock()) { number, image in
            let turn = Sentence.turn(number + 1, of: count, image.familiar)
            journal.write(turn)
            if !invocation.isQuiet { console.say([turn.text(in: language)], on: stream) }
            return try await display(on: stream).show { showing in
                try await puller.bring(request.pull(image), to: target) { event in
                    journal.happened(event)
                    showing(event)
                }
            }
        } report: { _, row in
            guard case .failed(let error) = row.outcome else { return }
            var circumstances = invocation.circumstances
            circumstances.image = row.image.familiar
            tell(error, circumstances)
        }
        let listing = SyncListing(rows)
        if request.asJSON {
            console.say(try listing.json(isLab: invocation.circumstances.isLab), on: .output)
        } else if invocation.isQuiet {
            for row in rows { if let path = request.path(of: row) { console.verbatim(path, on: .output) } }
        } else {
            console.say([""] + listing.lines(in: language), on: .output)
        }
        if rows.contains(where: { if case .interrupted = $0.outcome { true } else { false } }) {
            throw CancellationError()
        }
        return listing.exitCode(isLab: invocation.circumstances.isLab)
    }

    private func target(of request: SyncRequest) async throws -> SyncTarget {
        switch request.destination {
        case .archives(let folder, _, _): try await .archives(inFolder: folder)
        case .layout(let folder): try await .layout(inFolder: folder)
        }
    }
}

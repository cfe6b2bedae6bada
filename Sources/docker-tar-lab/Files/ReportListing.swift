internal import Puller

/// What is said of archives that were verified: tables for people, JSON for programs.
struct ReportListing {
    private let reports: [ArchiveReport]

    init(_ reports: [ArchiveReport]) { self.reports = reports }

    /// How the command ends: with 7 where the content of one is not right.
    var exitCode: ExitCode { reports.allSatisfy(\.isSound) ? .done : .verification }

    // MARK: For people

    /// The verdicts alone, a line an archive.
    func verdicts(in language: Language) -> [String] {
        reports.map { Sentence.verdict($0.path, isSound: $0.isSound).text(in: language) }
    }

    /// Everything, archive after archive.
    func lines(in language: Language) -> [String] {
        Array(reports.map { Self.lines(of: $0, in: language) }.joined(separator: [""]))
    }

    private static func lines(of report: ArchiveReport, in language: Language) -> [String] {
        func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
        func table(_ columns: [TextTable.Column], _ heads: [Sentence], _ rows: [[String]]) -> [String] {
            TextTable(columns: columns, heading: heads.map(text), rows: rows.map { $0.map { Painted($0) } })
                .lines(width: .max).map(\.plain)
        }
        let images = report.images.map { image in
            [
                image.names.isEmpty ? "<none>" : image.names.joined(separator: " "), image.platform?.label ?? "",
                String(image.layers), ByteCount.text(image.size), "\(image.digest ?? image.id)",
            ]
        }
        let problems = report.problems.map { problem in
            let member = problem.member.isEmpty ? "" : problem.member + ": "
            return "  - " + member + text(.problem(problem.kind))
        }
        let engines = report.verdicts.map { verdict in
            [text(.name(of: verdict.engine)), text(verdict.refusal.map(Sentence.refuses) ?? .loads)]
        }
        return [text(.verdict(report.path, isSound: report.isSound)), text(.layout(report.layout))]
            + table(
                [.fixed, .fixed, .figures, .figures, .fixed],
                [.columnImage, .columnPlatform, .columnLayers, .columnSize, .columnDigest], images)
            + (problems.isEmpty ? [] : [text(.problems)] + problems)
            + table([.fixed, .fixed], [.columnEngine, .columnLoads], engines)
    }

    // MARK: For programs

    /// A JSON array with one object an archive: `path`, `sound`, `layout`, `images`, `problems`, `engines`.
    ///
    /// - Throws: see ``JSONText``.
    func json() throws -> [String] { try JSONText.lines(of: reports.map(Entry.init)) }

    private struct Entry: Encodable {
        let path: String
        let sound: Bool
        let layout: String?
        let images: [Image]
        let problems: [Problem]
        let engines: [Verdict]

        init(_ report: ArchiveReport) {
            (path, sound) = (report.path, report.isSound)
            layout = report.layout.map(\.name)
            images = report.images.map(Image.init)
            problems = report.problems.map(Problem.init)
            engines = report.verdicts.map(Verdict.init)
        }
    }

    private struct Image: Encodable {
        let names: [String]
        let id: Digest
        let digest: Digest?
        let platform: PlatformRow?
        let layers: Int
        let size: Int64

        init(_ image: StoredImageSummary) {
            (names, id, digest) = (image.names, image.id, image.digest)
            platform = image.platform.map { PlatformRow($0, digest: nil) }
            (layers, size) = (image.layers, image.size)
        }
    }

    private struct Problem: Encodable {
        let member: String
        let kind: String
        let grave: Bool
        let text: String

        init(_ problem: ArchiveProblem) {
            (member, grave) = (problem.member, problem.kind.isGrave)
            kind = problem.kind.name
            text = Sentence.problem(problem.kind).text(in: .english)
        }
    }

    private struct Verdict: Encodable {
        let engine: String
        let loads: Bool
        let reason: String?

        init(_ verdict: EngineVerdict) {
            (engine, loads) = (verdict.engine.name, verdict.loads)
            reason = verdict.refusal.map { Sentence.reason($0).text(in: .english) }
        }
    }
}

extension StoredLayout {
    /// The word in JSON.
    fileprivate var name: String {
        switch self {
        case .docker: "docker"
        case .classic: "classic"
        case .oci: "oci"
        case .ociFolder: "oci-dir"
        }
    }
}

extension Engine {
    /// The word in JSON.
    fileprivate var name: String {
        switch self {
        case .docker2010: "docker-20.10"
        case .docker26: "docker-26"
        case .docker28: "docker-28"
        case .docker29: "docker-29"
        case .podman: "podman"
        }
    }
}

extension ArchiveProblem.Kind {
    /// The word in JSON.
    fileprivate var name: String {
        switch self {
        case .unreadable: "unreadable"
        case .missing: "missing"
        case .foreignAbsent: "foreign-absent"
        case .superfluous: "superfluous"
        case .duplicate: "duplicate"
        case .leadsOutside: "leads-outside"
        case .unexpectedKind: "unexpected-kind"
        case .digestMismatch: "digest"
        case .sizeMismatch: "size"
        case .diffIDMismatch: "diff-id"
        case .misplaced: "misplaced"
        case .layerCount: "layer-count"
        case .undecodable: "undecodable"
        case .junkBehind: "junk-behind"
        case .malformed: "malformed"
        case .invalidName: "invalid-name"
        case .disagreement: "disagreement"
        }
    }
}

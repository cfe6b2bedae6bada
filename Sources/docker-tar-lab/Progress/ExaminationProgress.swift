internal import Diagnosis
internal import LabNet

/// What is known of an examination while it runs.
struct ExaminationProgress: ProgressPicture {
    private struct Host: Hashable {
        let origin: Origin
        var role: HostFindings.Role
        var stage: Progress.Stage
    }

    private var hosts: [Host] = []

    mutating func apply(_ event: Progress, at now: Duration) {
        guard case .host(let origin, let role, let stage) = event else { return }
        let host = Host(origin: origin, role: role, stage: stage)
        if let index = hosts.firstIndex(where: { $0.origin == origin }) {
            hosts[index] = host
        } else {
            hosts.append(host)
        }
    }

    var isBlank: Bool { hosts.isEmpty }

    func block(in size: TerminalSize, at now: Duration, _ language: Language) -> [String] {
        let width = max(1, size.columns - 1)
        let names = hosts.map(\.origin.authority)
        let column = min(names.map(DisplayWidth.of).max() ?? 0, max(8, width - 30))
        let rows = zip(hosts, names).map { host, name in
            let label = DisplayWidth.padded(DisplayWidth.cut(name, to: column), to: column)
            return DisplayWidth.cut("  \(label)  \(Sentence.stage(host.stage).text(in: language))", to: width)
        }
        let heading = DisplayWidth.cut(line(at: now, language), to: width)
        // The hosts that are at work stand below; those that are done give way first.
        return [heading] + rows.suffix(max(0, size.rows - 3))
    }

    func rest(in size: TerminalSize, at now: Duration, _ language: Language) -> [String] { [] }

    func line(at now: Duration, _ language: Language) -> String {
        let done = hosts.count { $0.stage == .done }
        return Sentence.examined(done, of: hosts.count, after: now).text(in: language)
    }

    static var pause: Duration { .seconds(2) }
}

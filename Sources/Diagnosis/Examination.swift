package import LabNet
import Puller

/// Examines targets over a transport, in an order that leaves the way that works best as it was.
package struct Examination: Sendable {
    private let targets: [Target]
    private let setting: Setting
    private let transport: any Examining
    private let clock: any Clock<Duration>
    private let wallClock: @Sendable () -> Int64

    /// Nothing is asked before ``run(_:)``.
    ///
    /// - Parameters:
    ///   - transport: in lab mode.
    ///   - clock: measures what the transport does not measure itself.
    ///   - wallClock: the date as this machine has it, in seconds since 1970.
    package init(
        targets: [Target], setting: Setting, transport: any Examining,
        clock: any Clock<Duration> = ContinuousClock(),
        wallClock: @escaping @Sendable () -> Int64 = { WallClock.secondsSince1970() }
    ) {
        self.targets = targets
        self.setting = setting
        self.transport = transport
        self.clock = clock
        self.wallClock = wallClock
    }

    /// Examines everything: the line, and beside it the targets, a few at a time.
    ///
    /// - Parameter progress: is told what each host has come to, from any thread.
    /// - Throws: `CancellationError`.
    package func run(
        _ progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws(CancellationError) -> Findings {
        let surroundings = Surroundings(
            setting: setting, transport: transport, clock: clock, wallClock: wallClock, since: Stopwatch(clock),
            progress: progress)
        let book = HostBook(surroundings)
        let control = HostExamination(setting.control.origin, .control, in: surroundings)
        let elsewhere = ControlEndpoints(control, and: setting.control.endpoints, family: setting.family)
        async let line = outcome { () throws(CancellationError) in
            try await LineExamination(control: control, surroundings: surroundings).run()
        }
        let found = try await concurrently(targets, atMost: setting.targetsAtOnce) {
            target throws(CancellationError) in
            try await TargetExamination(
                target: target, book: book, elsewhere: elsewhere, surroundings: surroundings
            ).run()
        }
        var findings = Findings(line: try await line.get(), targets: found)
        findings.completeLine()
        progress(.finished)
        return findings
    }
}

extension Findings {
    /// What of the line shows in everything that was examined: which families lead anywhere, and whether anything came back.
    package mutating func completeLine() {
        let hosts = targets.flatMap(\.hosts) + [line.control].compactMap(\.self)
        line.families = Set(hosts.flatMap(\.familiesWithRoute))
        line.isUp = hosts.contains(where: \.hasHeardAnything)
    }
}

extension HostFindings {
    /// The families in which a connection did not fail for want of a route.
    fileprivate var familiesWithRoute: [IPAddress.Family] {
        reached.filter { reach in
            reach.trials.contains { trial in
                if case .unreachable = trial.failure { false } else { true }
            }
        }.map(\.endpoint.address.family)
    }

    /// Whether anything came back from beyond this machine: a resolver's answer to a control question, a connection, a
    /// response.
    fileprivate var hasHeardAnything: Bool {
        !(lookup?.baselines.isEmpty ?? true) || reached.contains(where: \.isReached)
            || passage?.requests.contains { $0.status != nil } == true
    }
}

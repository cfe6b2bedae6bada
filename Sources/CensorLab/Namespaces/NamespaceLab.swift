internal import Glibc
package import LabNet
import NIOCore
import NIOPosix
internal import Synchronization

/// A scenario in network namespaces of its own: four of them in a row, a program in two. Root only.
///
/// Nothing of it touches the namespace that this process is in, but for the names in `/run/netns`.
package final class NamespaceLab: Sendable {
    /// The namespaces and what stands in them.
    package let topology: Topology
    private let route: IPRoute
    private let children = Mutex<[ChildProcess]>([])
    private let report: @Sendable (String) -> Void

    /// What every lab's names begin with; the id of its process follows.
    private static let mark = "censor-lab-"

    private init(topology: Topology, route: IPRoute, report: @escaping @Sendable (String) -> Void) {
        self.topology = topology
        self.route = route
        self.report = report
    }

    /// The program that is run inside namespaces, and what it is told to do there.
    package struct Crew: Sendable {
        /// Its absolute path.
        package var program: String
        /// Arguments that make it switch offloads off, and make a router, on the interfaces that follow.
        package var prepare: @Sendable (_ forwards: Bool, _ interfaces: [String]) -> [String]
        /// Arguments that make it the world. It says "ready", and goes on until its input ends.
        package var world: @Sendable (_ client: String) -> [String]
        /// Arguments that make it the censor, likewise.
        package var censor: [String]

        /// Joins the four.
        package init(
            program: String, prepare: @escaping @Sendable (Bool, [String]) -> [String],
            world: @escaping @Sendable (String) -> [String], censor: [String]
        ) {
            self.program = program
            self.prepare = prepare
            self.world = world
            self.censor = censor
        }
    }

    /// Builds the namespaces and starts who stands in them. What labs before it have left behind after a crash is removed.
    ///
    /// - Parameter report: is given every line that a party says.
    /// - Throws: `LabFailure`; nothing is left behind then.
    package static func start(
        place: Topology.Place, crew: Crew, report: @escaping @Sendable (String) -> Void
    ) async throws -> NamespaceLab {
        guard geteuid() == 0 else { throw LabFailure("network namespaces need root") }
        let route = try IPRoute()
        await removeLeftovers(route)
        let topology = Topology(prefix: "\(mark)\(getpid())", place: place, families: families)
        let lab = NamespaceLab(topology: topology, route: route, report: report)
        do {
            for command in topology.construction { try await route.run(command) }
            for role in Topology.Role.allCases {
                try await lab.finish(role, crew.program, crew.prepare(role == .router, topology.interfaces(of: role)))
            }
            for command in topology.configuration { try await route.run(command) }
            try await lab.begin(.world, crew.program, crew.world(topology.name(of: .client)))
            try await lab.begin(.censor, crew.program, crew.censor)
        } catch {
            await lab.stop()
            throw error
        }
        return lab
    }

    /// Ends everybody and removes the namespaces.
    package func stop() async {
        for child in children.withLock({ $0 }).reversed() { await child.stop() }
        for command in topology.demolition { try? await route.run(command) }
    }

    /// The families that this kernel has.
    package static var families: [IPAddress.Family] {
        access("/proc/net/if_inet6", F_OK) == 0 ? [.ip4, .ip6] : [.ip4]
    }

    /// Arguments of `ip` that run a program inside a namespace.
    private func inside(_ role: Topology.Role, _ words: [String]) -> [String] {
        ["netns", "exec", topology.name(of: role)] + words
    }

    private func finish(_ role: Topology.Role, _ program: String, _ arguments: [String]) async throws {
        try await route.run(inside(role, [program] + arguments))
    }

    /// Starts a party, and returns when it is ready.
    private func begin(_ role: Topology.Role, _ program: String, _ arguments: [String]) async throws {
        let ready = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let child: ChildProcess
        do {
            child = try await ChildProcess.start(route.path, inside(role, [program] + arguments)) { [report] line in
                if line == "ready" { ready.succeed() } else { report(line) }
            }
        } catch {
            ready.fail(error)
            throw error
        }
        children.withLock { $0.append(child) }
        child.whenEnded { ready.fail(LabFailure("the \(role.rawValue) did not start")) }
        try await ready.futureResult.get()
    }

    /// Removes the names of labs whose process is gone: they were killed, and could not do it.
    private static func removeLeftovers(_ route: IPRoute) async {
        for name in names(in: "/run/netns") where name.hasPrefix(mark) {
            let digits = name.dropFirst(mark.count).prefix { $0 != "-" }
            guard let process = pid_t(digits), kill(process, 0) != 0, errno == ESRCH else { continue }
            try? await route.run(["netns", "delete", name])
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }
}

import Glibc

@testable import LabNet

/// A network that answers each query at once from a table, and then is silent until the listener is cancelled.
final class ScriptedNetwork: DatagramAsking {
    typealias Script = @Sendable (_ question: ScriptedQuestion, _ time: Int) -> [DatagramEvent]

    private struct State {
        var times: [[UInt8]: Int] = [:]
        var asked = 0
        var answered = 0
        var listening = 0
    }

    private let script: Script
    private let living: Set<Endpoint>?
    private let state = Watched(State())

    /// - Parameter living: who answers; nil for everybody.
    init(for living: Set<Endpoint>? = nil, _ script: @escaping Script) { (self.living, self.script) = (living, script) }

    /// How many listeners there are.
    var isListening: Int { state.value.listening }
    /// How many queries have come.
    var asked: Int { state.value.asked }

    /// Waits until so many queries have come.
    func asked(_ count: Int) async { await state.wait { $0.asked >= count } }
    /// Waits until so many queries have been answered.
    func answered(_ count: Int) async { await state.wait { $0.answered >= count } }

    func ask(_ endpoint: Endpoint, _ message: [UInt8], hear: (DatagramEvent) async -> Void) async throws {
        guard let question = ScriptedQuestion(message, isOverTCP: false) else { throw SocketFailure(errno: EINVAL) }
        let time = state.update { state in
            state.listening += 1
            state.asked += 1
            let key = endpoint.address.bytes + question.section.map(DNSName.lowercase)
            state.times[key, default: 0] += 1
            return state.times[key] ?? 0
        }
        if living?.contains(endpoint) ?? true {
            for event in script(question, time) { await hear(event) }
        }
        state.update { $0.answered += 1 }
        for await _ in AsyncStream(Never.self, { _ in }) {}
        state.update { $0.listening -= 1 }
    }
}

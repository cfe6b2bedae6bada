internal import Synchronization

/// Lets one connection at a time look for the way to an origin, while the others wait for what it finds: each failed
/// handshake on the way is met once, and no name is shown more often than it has to be.
final class WaySearch: Sendable {
    /// How a search ended.
    enum Ending: Hashable, Sendable {
        /// A way was found; the memory knows it.
        case found
        /// There is none.
        case failed(NetworkError)
        /// Whoever searched was cancelled; the next in line takes the search over.
        case cancelled
    }

    /// What asking for a search comes to.
    enum Part: Hashable, Sendable {
        /// The search is the asker's.
        case mine
        /// Somebody else's search is over.
        case over(Ending)
    }

    private typealias Waiter = CheckedContinuation<Part, Never>

    private struct State {
        /// Those who wait, in the order of their coming, for each origin where a search is under way.
        var lines: [Origin: [(id: Int, waiter: Waiter)]] = [:]
        var lastID = 0
    }

    private let state = Mutex(State())

    /// How many wait for somebody else's search.
    func waiting(for origin: Origin) -> Int { state.withLock { $0.lines[origin]?.count ?? 0 } }

    /// One connection's claim to the search for an origin.
    func claim(_ origin: Origin) -> Claim { Claim(search: self, origin: origin) }

    /// One connection's part in a search. Whoever makes it ends it.
    final class Claim: Sendable {
        private let search: WaySearch
        private let origin: Origin
        private let isHeld = Mutex(false)

        fileprivate init(search: WaySearch, origin: Origin) {
            self.search = search
            self.origin = origin
        }

        /// Takes the search over, or waits until somebody else's ends. At once `mine` where it is so already;
        /// `over(.cancelled)` when the task is cancelled.
        func take() async -> Part {
            if isHeld.withLock(\.self) { return .mine }
            let part = await search.take(origin)
            if part == .mine { isHeld.withLock { $0 = true } }
            return part
        }

        /// Tells those who wait how the search ended; does nothing where it was not this connection's.
        func end(_ ending: Ending) {
            let wasHeld = isHeld.withLock { isHeld in
                defer { isHeld = false }
                return isHeld
            }
            if wasHeld { search.end(origin, ending) }
        }
    }

    private func take(_ origin: Origin) async -> Part {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let answer = state.withLock { state -> Part? in
                    guard !Task.isCancelled else { return .over(.cancelled) }
                    guard state.lines[origin] != nil else {
                        state.lines[origin] = []
                        return .mine
                    }
                    state.lines[origin]?.append((id, waiter))
                    return nil
                }
                if let answer { waiter.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.lines[origin]?.firstIndex(where: { $0.id == id }) else { return nil }
                return state.lines[origin]?.remove(at: index).waiter
            }
            waiter?.resume(returning: .over(.cancelled))
        }
    }

    private func end(_ origin: Origin, _ ending: Ending) {
        let (heir, others) = state.withLock { state -> (Waiter?, [Waiter]) in
            var line = state.lines[origin] ?? []
            if ending == .cancelled, !line.isEmpty {
                let heir = line.removeFirst().waiter
                state.lines[origin] = line
                return (heir, [])
            }
            state.lines[origin] = nil
            return (nil, line.map(\.waiter))
        }
        heir?.resume(returning: .mine)
        for waiter in others { waiter.resume(returning: .over(ending)) }
    }
}

internal import Synchronization

/// Carries what happens from many tasks to one, which takes all that has come at once: a flood costs it one judgement and
/// not a thousand.
final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let (signals, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Adds an item, from any task.
    func put(_ item: Item) {
        items.withLock { $0.append(item) }
        bell.yield()
    }

    /// Waits until something is there, and takes all of it in the order in which it came; nil when the task is cancelled.
    /// For one task only.
    func take() async -> [Item]? {
        for await _ in signals {
            let all = rest()
            if !all.isEmpty { return all }
        }
        return nil
    }

    /// Takes what is there, without waiting.
    func rest() -> [Item] {
        items.withLock { items in
            defer { items = [] }
            return items
        }
    }
}

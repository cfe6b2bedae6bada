internal import Synchronization

/// What a lookup has handed out so far, from whatever thread.
final class Found<Element: Sendable>: Sendable {
    private let list = Mutex<[Element]>([])

    /// Everything, in its order.
    var all: [Element] { list.withLock(\.self) }

    /// Keeps one more.
    func append(_ element: Element) { list.withLock { $0.append(element) } }
}

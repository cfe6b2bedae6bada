/// Frames that are under way, by the time at which they are due; those of one time keep their order.
struct DepartureQueue<Item> {
    private var waiting: [(due: Duration, item: Item)] = []
    /// Where the first one stands: the room before it is given back from time to time.
    private var first = 0

    /// When the next one is due.
    var next: Duration? { first < waiting.count ? waiting[first].due : nil }

    /// Puts one in its place, which is mostly the end.
    mutating func insert(_ item: Item, due: Duration) {
        var place = waiting.count
        while place > first, waiting[place - 1].due > due { place -= 1 }
        waiting.insert((due, item), at: place)
    }

    /// Takes the next one that is due.
    mutating func popDue(at now: Duration) -> Item? {
        guard let next, next <= now else { return nil }
        defer {
            first += 1
            if first == waiting.count || first > 1_024 {
                waiting.removeFirst(first)
                first = 0
            }
        }
        return waiting[first].item
    }
}

package import LabNet

/// Whoever forges answers, told apart by what their packets have in common. Pure.
package enum Injectors {
    /// How many there are, at least one where anything is forged.
    ///
    /// One device writes the same header into every answer; its hop limit is the same to within one, unless it has so many
    /// that it makes them up; and it takes the same time, since it answers where the query passes it.
    package static func count(in forged: [LookupRecord.Arrival]) -> Int {
        let looks = Dictionary(grouping: forged, by: Look.init)
        return looks.values.reduce(0) { sum, arrivals in
            let limits = Set(arrivals.compactMap(\.hopLimit)).sorted()
            guard limits.count <= wandering else { return sum + devices(arrivals) }
            let distances = split(limits.map { Int($0) }, gap: 1)
            guard !distances.isEmpty else { return sum + devices(arrivals) }
            return sum
                + distances.reduce(0) { sum, distance in
                    sum + devices(arrivals.filter { $0.hopLimit.map { distance.contains(Int($0)) } ?? false })
                }
        }
    }

    /// A device with more different hop limits than this does not keep one.
    private static let wandering = 4
    /// Answers of one device come within this time of each other.
    private static let jitter = Duration.milliseconds(5)

    private struct Look: Hashable {
        let flags: UInt16
        let records: Int
        let hasOPT: Bool
        let isUnreadable: Bool

        init(_ arrival: LookupRecord.Arrival) {
            if case .answer(let answer) = arrival.content {
                (flags, records, hasOPT, isUnreadable) = (answer.flags, answer.records, answer.hasOPT, false)
            } else {
                (flags, records, hasOPT, isUnreadable) = (0, 0, false, true)
            }
        }
    }

    /// How many devices of one look there are by time: stragglers, fewer than a tenth, are late answers of somebody else.
    private static func devices(_ arrivals: [LookupRecord.Arrival]) -> Int {
        let times = arrivals.map { Int($0.elapsed / .microseconds(1)) }.sorted()
        let groups = split(times, gap: Int(jitter / .microseconds(1)))
        return max(1, groups.count { $0.count * 10 >= times.count })
    }

    /// Parts a sorted list where neighbours are further apart than the gap.
    private static func split(_ sorted: [Int], gap: Int) -> [[Int]] {
        sorted.reduce(into: [[Int]]()) { groups, number in
            if let last = groups.last?.last, number - last <= gap {
                groups[groups.count - 1].append(number)
            } else {
                groups.append([number])
            }
        }
    }
}

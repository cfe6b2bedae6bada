import Testing

@testable import Diagnosis

struct ConditionTests {
    /// The exit code that a condition ends with, with a way that works and with none.
    @Test(arguments: [
        (Condition.clear, 0, 0), (.tunnel, 0, 0), (.dns, 10, 6), (.sni, 10, 6), (.ip, 10, 6), (.tls, 10, 6),
        (.frozen, 10, 6), (.throttled, 10, 6), (.mtu, 10, 6), (.denied, 10, 6), (.mirror, 10, 6), (.portal, 10, 5),
        (.clock, 10, 5), (.proxy, 10, 5), (.down, 5, 5), (.offline, 5, 5),
    ])
    func exitCode(condition: Condition, withWay: Int, without: Int) {
        #expect(condition.exitCode(hasWay: true) == Int32(withWay))
        #expect(condition.exitCode(hasWay: false) == Int32(without))
    }
}

import Testing

@testable import LabNet

@Suite struct CanaryBudgetTests {
    private let canary = Endpoint(address: .v4(0x0909_0909), port: 53)

    private func question(_ number: Int) throws -> DNSQuestion {
        DNSQuestion(name: try #require(DNSName("name\(number).example")), type: .a)
    }

    @Test func eachQuestionGoesOutOnce() throws {
        var budget = CanaryBudget()
        #expect(budget.allows(try question(1), to: canary, at: .zero))
        #expect(!budget.allows(try question(1), to: canary, at: .seconds(3600)))
        let other = Endpoint(address: .v6(high: 0x2001_0db8_0000_0000, low: 1), port: 53)
        #expect(budget.allows(try question(1), to: other, at: .zero))
    }

    @Test func noCanaryIsAskedOften() throws {
        var budget = CanaryBudget()
        for number in 1...CanaryBudget.maximumCount {
            #expect(budget.allows(try question(number), to: canary, at: .seconds(number)))
        }
        #expect(!budget.allows(try question(99), to: canary, at: .seconds(8)))
        // What was refused has not been asked.
        #expect(budget.allows(try question(99), to: canary, at: .seconds(1) + CanaryBudget.period))
        #expect(!budget.allows(try question(100), to: canary, at: .seconds(1) + CanaryBudget.period))
    }
}

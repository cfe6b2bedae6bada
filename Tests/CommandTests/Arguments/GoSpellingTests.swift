import Testing

@testable import docker_tar_lab

@Suite struct GoSpellingTests {
    @Test(arguments: [
        (["-lab"], ["--lab", "true", "--"]),
        (["--lab"], ["--lab", "true", "--"]),
        (["-lab=true"], ["--lab", "true", "--"]),
        (["-lab=1", "--lab=F"], ["--lab", "true", "--lab", "false", "--"]),
        (["-arch=arm64"], ["--arch", "arm64", "--"]),
        (["-arch", "arm64"], ["--arch", "arm64", "--"]),
        (["--output", "-"], ["--output", "-", "--"]),
        (["-password", "-x"], ["--password", "-x", "--"]),
        (["-password=-lab"], ["--password", "-lab", "--"]),
        (["-password", "a=b=c"], ["--password", "a=b=c", "--"]),
        (["-password="], ["--password", "", "--"]),
        (["pull", "-lab", "nginx"], ["--lab", "true", "--", "pull", "nginx"]),
        (["pull", "--", "-lab"], ["--", "pull", "-lab"]),
        (["-trust", "h=sha256:aa"], ["--trust", "h=sha256:aa", "--"]),
        (["-h=false", "list"], ["--", "list"]),
        (["-", "--"], ["--", "-"]),
    ])
    func gosHabitsBecomeOneSpelling(words: [String], expected: [String]) throws {
        #expect(try GoSpelling.normalise(words) == expected)
    }

    @Test(arguments: [
        (["-actoin", "pull"], UsageError.unknownFlag("-actoin", nearest: .action)),
        (["--dns-server=1.1.1.1"], .unknownFlag("--dns-server", nearest: .dnsServers)),
        (["-frobnicate"], .unknownFlag("-frobnicate", nearest: nil)),
        (["---lab"], .unknownFlag("---lab", nearest: .lab)),
        (["-output"], .missingValue(.output, next: nil)),
        (["-output", "-lab"], .missingValue(.output, next: "-lab")),
        (["-image", "--h"], .missingValue(.image, next: "--h")),
        (["-lab=maybe"], .invalidValue(.lab, "maybe", .expectedBoolean)),
        (["-quiet="], .invalidValue(.quiet, "", .expectedBoolean)),
    ])
    func whatCannotBeSpelledIsNamed(words: [String], expected: UsageError) {
        #expect(throws: expected) { try GoSpelling.normalise(words) }
    }

    @Test(arguments: [
        (["-h"], true), (["--help"], true), (["-help=true"], true), (["-nonsense", "-h"], true),
        (["-help=false"], false), (["--", "-h"], false), (["pull", "h"], false), ([], false),
    ])
    func helpIsHeardWhereverItStands(words: [String], expected: Bool) {
        #expect(GoSpelling.asks(for: .help, in: words) == expected)
    }

    @Test func theParserKnowsEveryFlagOfTheTableAndTheTableEveryFlagOfTheParser() throws {
        for flag in Flag.allCases where flag != .help && flag != .version {
            let words = flag.takesValue ? ["--\(flag.rawValue)", "7"] : ["--\(flag.rawValue)"]
            #expect(throws: Never.self, "\(flag)") { try Flags.reading(words) }
        }
        let count = Mirror(reflecting: try Flags.reading([])).children.count
        #expect(count == Flag.allCases.count - 2 + 1, "every property but the words is a flag")
    }

    @Test func aValueThatBeginsWithADashReachesItsFlagWhole() throws {
        #expect(try Flags.reading(["-password", "-x"]).password == "-x")
        #expect(try Flags.reading(["-password="]).password == "")
        #expect(try Flags.reading(["-resolve", "a=1.2.3.4", "--resolve=b=::1"]).resolve == ["a=1.2.3.4", "b=::1"])
        #expect(try Flags.reading(["-lab", "-lab=false"]).lab == false)
        #expect(try Flags.reading(["pull", "--", "-x"]).words == ["pull", "-x"])
    }
}

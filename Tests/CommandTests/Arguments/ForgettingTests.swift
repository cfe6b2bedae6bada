import Testing

@testable import docker_tar_lab

@Suite struct ForgettingTests {
    @Test(arguments: [
        ("-forget", true), ("--forget=true", true), ("-forget -lang zh", true), ("-quiet -forget", true),
        ("-forget=false", false), ("", false), ("-lab", false), ("-forget -lab", false), ("pull nginx -forget", false),
        ("-forget pull nginx", false), ("-forget -image nginx", false), ("-forget -action pull", false),
        ("-lang zh -quiet", false),
    ])
    func standsAlone(line: String, expected: Bool) throws {
        #expect(try Forgetting.isAll(line.split(separator: " ").map(String.init)) == expected)
    }

    @Test func itsFlagsAreReadLikeOthers() {
        #expect(throws: UsageError.invalidValue(.lang, "fr", .expectedLanguage)) {
            try Forgetting.isAll(["-forget", "-lang", "fr"])
        }
        #expect(throws: UsageError.invalidValue(.forget, "maybe", .expectedBoolean)) {
            try Forgetting.isAll(["-forget=maybe"])
        }
    }

    @Test func aPullForgetsFirst() throws {
        #expect(try invocation("pull nginx -lab -forget").forgets)
        #expect(try invocation("list nginx -forget").forgets)
        #expect(try !invocation("pull nginx -lab").forgets)
    }

    @Test func saysWhatItDid() {
        #expect(Forgetting(environment: ["HOME": "/home/me"]).sentence.en.contains("/home/me/.cache/docker-tar-lab"))
        #expect(Forgetting(environment: [:]).sentence == .nothingRemembered)
    }
}

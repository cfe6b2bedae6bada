import Foundation
import Testing

@testable import docker_tar_lab

/// The page in a real browser.
@Suite(.serialized) struct BrowserTests {
    /// What Chromium makes of a page: its document, what its console said, and what it asked the network for.
    private struct Shown {
        var document: String
        var console: [Substring]
        var requests: Set<String>
    }

    private func show(_ page: String) async throws -> Shown {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let path = try scratch.write("page.html", page)
        let outcome = try await Program.run(
            "chromium",
            Self.flags + [
                "--user-data-dir=\(scratch.path("profile"))", "--log-net-log=\(scratch.path("net.json"))",
                "--dump-dom", "file://\(path)",
            ], environment: ["HOME": scratch.path])
        guard outcome.status == 0 else { throw SettingFailed(description: outcome.error) }
        // Every line of a console is logged with its place in Chromium's source. Its own pages have consoles too, and
        // remark on a slow machine.
        let console = outcome.error.split(separator: "\n").filter {
            $0.contains("CONSOLE") && !$0.contains("source: chrome://")
        }
        // A browser that starts asks for updates and the like on its own account: no origin has begun these.
        let events = scratch.text("net.json").split(separator: "\n").filter {
            $0.contains("\"initiator\":") && !$0.contains("\"initiator\":\"not an origin\"")
        }
        let urls = events.flatMap { $0.matches(of: /"url":"([^"]+)"/).map { String($0.1) } }
        return Shown(document: outcome.output, console: console, requests: Set(urls))
    }

    /// As root there is no sandbox; nothing that the browser asks for on its own account gets out.
    private static let flags = [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-domain-reliability", "--disable-features=OptimizationHints,MediaRouter", "--enable-logging=stderr",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]

    @Test(arguments: Language.allCases)
    func aBrowserShowsThePageWithoutACommentAndAsksForNothingElse(language: Language) async throws {
        let shown = try await show(PageTests.page(language))
        #expect(shown.console.isEmpty, "\(shown.console)")
        #expect(shown.document.contains("registry-1.docker.io"))
        #expect(shown.document.matches(of: /<use [^>]*href="#f"/).count > 100)
        #expect(shown.requests.isEmpty, "\(shown.requests)")
    }

    @Test func whatAHostileNetworkSaysStaysText() async throws {
        let shown = try await show(PageTests.hostile)
        #expect(shown.console.isEmpty, "\(shown.console)")
        #expect(!shown.document.contains("<script"))
        #expect(shown.document.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(shown.requests.isEmpty, "\(shown.requests)")
    }

    /// The test's own sharpness: a page that does what ours must not is caught, by the policy and by the log.
    @Test func aPageThatAsksForMoreIsCaught() async throws {
        let bad = PageTests.page().replacing("</body>", with: "<img src=\"http://elsewhere.example/x.png\"></body>")
        let forbidden = try await show(bad)
        #expect(forbidden.console.contains { $0.contains("Content Security Policy") }, "\(forbidden.console)")
        #expect(!forbidden.requests.contains { $0.contains("elsewhere.example") })
        let unruled = bad.replacing("default-src", with: "x-src")
        #expect(try await show(unruled).requests.contains { $0.contains("elsewhere.example") })
    }

    @Test func onPaperAllEvidenceIsUnfolded() async throws {
        let page = PageTests.page()
        let printed = try await pages(page)
        #expect(printed > 8)
        #expect(try await pages(page.replacing("<details>", with: "<details open=\"\">")) == printed)
        #expect(try await pages(page.replacing("details::details-content", with: "nothing")) < printed)
    }

    /// How many sheets a page takes: objects of the type Page (ISO 32000-1 7.7.3.3).
    private func pages(_ page: String) async throws -> Int {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let path = try scratch.write("page.html", page)
        let outcome = try await Program.run(
            "chromium",
            Self.flags + [
                "--user-data-dir=\(scratch.path("profile"))", "--print-to-pdf=\(scratch.path("page.pdf"))",
                "file://\(path)",
            ], environment: ["HOME": scratch.path])
        guard outcome.status == 0 else { throw SettingFailed(description: outcome.error) }
        return scratch.text("page.pdf").matches(of: /\/Type\s*\/Page\b/).count
    }

    /// A picture has to have something in it, in light and in dark and on a phone: pages of one colour compress to nothing.
    @Test(arguments: [(1200, 1), (1200, 0), (390, 1)])
    func itIsDrawnInLightAndDarkAndOnAPhone(width: Int, scheme: Int) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let path = try scratch.write("page.html", PageTests.page())
        let outcome = try await Program.run(
            "chromium",
            Self.flags + [
                "--user-data-dir=\(scratch.path("profile"))", "--blink-settings=preferredColorScheme=\(scheme)",
                "--window-size=\(width),2400", "--screenshot=\(scratch.path("page.png"))", "file://\(path)",
            ], environment: ["HOME": scratch.path])
        #expect(outcome.status == 0, "\(outcome.error)")
        let picture = try Data(contentsOf: scratch.url.appendingPathComponent("page.png"))
        #expect(picture.count > 50_000, "\(picture.count) bytes")
        if let folder = ProcessInfo.processInfo.environment["PAGE_PICTURES"] {
            try picture.write(to: URL(fileURLWithPath: folder).appendingPathComponent("page-\(width)-\(scheme).png"))
        }
    }
}

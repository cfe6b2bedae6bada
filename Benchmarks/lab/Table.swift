/// A table in Markdown, printed line by line as its figures come.
struct Table {
    private let columns: Int

    /// Prints the title and the head.
    init(_ title: String, _ head: String...) {
        columns = head.count
        print("\n## \(title)\n")
        row(head)
        print("|" + String(repeating: "---|", count: columns))
    }

    /// Prints a row; cells that are missing at its end are empty.
    func row(_ cells: [String]) {
        let missing = [String](repeating: "", count: max(0, columns - cells.count))
        print("| " + (cells + missing).joined(separator: " | ") + " |")
    }
}

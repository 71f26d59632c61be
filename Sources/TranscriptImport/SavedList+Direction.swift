extension SavedList {
    /// How the times of messages that follow one another compare.
    private struct Steps {
        var ascents = 0
        var descents = 0
        var firstAscent: UnknownOrder?
        var firstDescent: UnknownOrder?
    }

    /// Nobody knows which way the retired API listed messages, but its dates never went back. Understudy lists the oldest first, with whatever
    /// dates its callers gave: so a list that goes back and forth is taken for one of those unless it mostly goes back.
    ///
    /// Pages that were saved at different times may not follow one another, whatever their numbers, as those of a list with the newest
    /// message first change with each new message. Then times go one way on each page, and the other way between pages.
    /// - Parameter given: what the caller knows.
    func direction(
        of sequence: [Int],
        _ basis: Basis,
        given: SavedListOrder?
    ) throws(UnknownOrder) -> SavedListOrder {
        let (onPages, between) = steps(of: sequence)
        let mostlyAscend = onPages.ascents > onPages.descents
        let goForth = onPages.ascents + between.ascents > 0
        let goBack = onPages.descents + between.descents > 0
        if basis == .severalWalks, goForth, goBack {
            let step = mostlyAscend ? between.firstDescent : between.firstAscent
            if let doubt = step ?? between.firstAscent ?? between.firstDescent ?? firstGap(in: sequence) { throw doubt }
        }
        if given == .oldestFirst { return .oldestFirst }
        if mostlyAscend, between.descents >= between.ascents, let doubt = between.firstDescent { throw doubt }
        if given == nil, mostlyAscend || !goBack { return .oldestFirst }
        if let doubt = between.firstAscent { throw doubt }
        if given == nil, let doubt = onPages.firstAscent { throw doubt }
        return .newestFirst
    }

    /// The steps between messages that have times, on pages and from page to page.
    private func steps(of sequence: [Int]) -> (onPages: Steps, between: Steps) {
        var (onPages, between) = (Steps(), Steps())
        var last: (number: Int, seconds: Int64)?
        var isOnPage = true
        for (index, number) in sequence.enumerated() {
            if index > 0, !successorsOnPages[sequence[index - 1]].contains(number) { isOnPage = false }
            let place = places[number][0]
            guard let seconds = pages[place.page].messages[place.message].seconds else { continue }
            if let last {
                let step = (last: last, next: (number: number, seconds: seconds))
                if isOnPage {
                    count(step, .direction, in: &onPages)
                } else {
                    count(step, .merge, in: &between)
                }
            }
            (last, isOnPage) = ((number, seconds), true)
        }
        return (onPages, between)
    }

    private func count(
        _ step: (last: (number: Int, seconds: Int64), next: (number: Int, seconds: Int64)),
        _ kind: ImportError.Doubt,
        in steps: inout Steps
    ) {
        guard step.last.seconds != step.next.seconds else { return }
        let doubt = doubt(step.last.number, step.next.number, kind)
        if step.last.seconds < step.next.seconds {
            steps.ascents += 1
            steps.firstAscent = steps.firstAscent ?? doubt
        } else {
            steps.descents += 1
            steps.firstDescent = steps.firstDescent ?? doubt
        }
    }

    /// The first messages that follow one another and are not on one page.
    private func firstGap(in sequence: [Int]) -> UnknownOrder? {
        zip(sequence, sequence.dropFirst()).first { !successorsOnPages[$0].contains($1) }.map { doubt($0, $1) }
    }
}

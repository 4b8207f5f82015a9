import SLEPc
import Solvers
import Futures

struct Rotated: LinearOperator {  // diag conjugated by one Householder reflection in blocks of 8
    let entries: [Double]
    var shape: Shape { Shape(square: entries.count) }
    var isSymmetric: Bool { true }
    func rows(_ range: Range<Int>) throws -> SparseRows {
        let n = entries.count
        var b = SparseRowsBuilder(columnCount: n)
        for r in range {
            let base = (r / 8) * 8, m = min(8, n - base)
            // H = I - 2/m ones; A = H D H
            func h(_ i: Int, _ j: Int) -> Double { (i == j ? 1 : 0) - 2 / Double(m) }
            for c in 0..<m {
                var s = 0.0
                for t in 0..<m { s += h(min(r - base, c), t) * entries[base + t] * h(t, max(r - base, c)) }
                b.append(s, column: base + c)
            }
            b.endRow()
        }
        return try b.finish()
    }
}

extension Checks {
    func stress(_ count: Int, _ seed: UInt64) throws {
        var random = RandomStream(seed: seed, stream: 1)
        var bad = 0, recovered = 0, cutWrong = 0
        for trial in 0..<count {
            let n = Int.random(in: 1...300, using: &random)
            var entries: [Double] = []
            while entries.count < n {
                let v = (Double.random(in: -5...5, using: &random) * 4).rounded() / 4 + (Bool.random(using: &random) ? Double.random(in: -1...1, using: &random) * 1e-3 : 0)
                let m = Int.random(in: 1...6, using: &random)
                for _ in 0..<min(m, n - entries.count) { entries.append(v) }
            }
            entries.shuffle(using: &random)
            let k = Int.random(in: 1...min(n, [5, 20, 300].randomElement(using: &random)!), using: &random)
            let which = Which.allCases.randomElement(using: &random)!
            let s = UInt64.random(in: 0...UInt64.max, using: &random)
            do {
                let p = try solve(Rotated(entries: entries), k, which, EigenOptions(seed: s))
                recovered += p.recoveredCount
                let key: (Double) -> Double = { which == .smallestReal ? $0 : which == .largestReal ? -$0 : -abs($0) }
                let want = entries.map(key).sorted()
                let got = p.values.map(key).sorted()
                if !zip(got, want).allSatisfy({ abs($0 - $1) < 1e-8 }) { bad += 1; if gang.rank == 0 { print("BAD trial", trial, n, k, which, p.values, want.prefix(k+4), p.recoveredCount, p.iterations) } }
                let cut = k < n && abs(want[k] - want[k - 1]) < 1e-9
                if p.isLastLevelCut != cut { cutWrong += 1; if gang.rank == 0 { print("cut?", trial, n, k, which, cut, k < n ? want[k] - want[k-1] : 0) } }
            } catch { bad += 1; print("ERR trial", trial, n, k, which, error) }
        }
        if gang.rank == 0 { print("stress", count, "bad", bad, "cutWrong", cutWrong, "recovered", recovered) }
    }
}

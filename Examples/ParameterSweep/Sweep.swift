// SPDX-License-Identifier: Apache-2.0
// Runs the sweep on an executor.

import ExampleSupport
import Futures

/// A plan and the executor that carries it out.
struct Sweep {
    let plan: SweepPlan
    let chosen: ChosenExecutor

    /// Runs all simulations, with a progress bar where somebody can see it.
    func run() async throws -> SweepResult {
        let clock = ContinuousClock()
        let start = clock.now
        var blocks: [[IsingRun.Block]] = []
        var bar = ProgressBar(count: plan.runs.count, work: plan.work)
        do {
            for try await result in chosen.executor.map(plan.runs, { try $0.simulated() }) {
                bar.advance(work: plan.runs[blocks.count].work)
                blocks.append(result)
            }
        } catch {
            bar.finish()
            throw error
        }
        bar.finish()
        return SweepResult(
            strategy: chosen.strategy, workers: chosen.workers, tasks: plan.runs.count,
            points: points(of: blocks), seconds: (clock.now - start) / .seconds(1))
    }

    /// Joins the repetitions of each lattice and temperature; they follow one another in the plan.
    private func points(of blocks: [[IsingRun.Block]]) -> [SweepResult.Point] {
        stride(from: 0, to: blocks.count, by: SweepPlan.repetitions).map { first in
            let run = plan.runs[first]
            return SweepResult.Point(
                run: run, blocks: blocks[first..<first + SweepPlan.repetitions].flatMap { $0 })
        }
    }
}

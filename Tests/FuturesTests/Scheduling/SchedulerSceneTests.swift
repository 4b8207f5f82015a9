// SPDX-License-Identifier: Apache-2.0
// Every state of a task times every event: the actions, by value.

import Testing

@testable import Futures

@Suite struct SchedulerSceneTests {
    @Test(arguments: SchedulerScene.singles)
    func ordinaryTask(scene: SchedulerScene) { check(scene) }

    @Test(arguments: SchedulerScene.gangs)
    func collectiveTask(scene: SchedulerScene) { check(scene) }

    private func check(_ scene: SchedulerScene) {
        var machine = SchedulerStateMachine(size: scene.size, maximumDepth: scene.depth)
        var checker = SchedulerChecker(size: scene.size, maximumDepth: scene.depth)
        for event in scene.history { checker.observe(event, machine.handle(event), machine) }
        #expect(checker.violations == [], "the history")
        for event in scene.events {
            var machine = machine
            var checker = checker
            let actions = machine.handle(event)
            #expect(actions == scene.expected(event), "\(event)")
            // The model does not follow what can't happen, as an answer from nobody.
            checker.observe(event, actions, machine)
            #expect(checker.violations == [], "\(event)")
        }
    }
}

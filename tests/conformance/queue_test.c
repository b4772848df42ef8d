/* QU: queues. */
#include "scene.h"

static corun_queue queue;

CORUN_ASYNC(get, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_queue_get(&queue));
    test_log("got");
    CORUN_END();
}

SCENARIO_MAIN(QU_01_no_item_lost_on_cancelled_get, (corun_task *getter; corun_value item;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_queue_open(&queue, NULL), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(get), &my->getter), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.i = 42)), 0);
    CHECK_EQ(corun_task_cancel(my->getter, NULL), 1);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->getter));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK(corun_task_cancelled(my->getter));
    CHECK_LOG("");
    CHECK_EQ(corun_queue_size(&queue), 1);
    CHECK_ERROR(corun_queue_get_nowait(&queue, &my->item), 0);
    CHECK_EQ(my->item.i, 42);
    corun_task_release(my->getter);
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

enum { ITEMS = 3 };

CORUN_ASYNC(produce, (), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < ITEMS; my->i++) {
        CORUN_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.i = my->i)));
        test_log("put");
    }
    CORUN_END();
}

/* Takes one item, and is done with it in a later round. */
CORUN_ASYNC(consume, (int expected;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_queue_get(&queue));
    CHECK_EQ(CORUN_RESULT().i, my->expected);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(join_queue, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_queue_join(&queue));
    test_log("joined");
    CORUN_END();
}

/* The producer is ahead of the consumer by one, and the join behind both. */
SCENARIO_MAIN(QU_02_bounded_put_and_join, (corun_task *producer, *joiner; int i;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_queue_open(&queue, &(corun_queue_options){.limit = 1}), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(produce), &my->producer), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(join_queue), &my->joiner), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("put");
    CHECK(corun_queue_full(&queue));
    for (my->i = 0; my->i < ITEMS; my->i++) {
        CORUN_AWAIT(CORUN_CALL(consume, .expected = my->i));
        CHECK_LOG(my->i < ITEMS - 1 ? "put" : "");
        CHECK(!corun_task_done(my->joiner));
        CHECK_ERROR(corun_queue_task_done(&queue), 0);
    }
    CHECK(corun_task_done(my->producer));
    CORUN_AWAIT(corun_join(my->joiner));
    CHECK_LOG("joined");
    CHECK_ERROR(corun_queue_task_done(&queue), CORUN_DONE_TOO_OFTEN);
    corun_task_release(my->producer);
    corun_task_release(my->joiner);
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

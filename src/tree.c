/* The tree of tasks: who awaits whom, drawn.
 *
 * A task may be awaited by several, and awaits may close a circle: so it is a graph, of which each task is
 * drawn once, and every further way to it as a line that says so. The walk keeps its path in the graph itself:
 * a chain of 10,000 joins needs no C stack.
 */
#include <errno.h>
#include <string.h>

#include "inspect.h"
#include "memory.h"
#include "report.h"
#include "task.h"
#include "text.h"

/* From, event, to:
 *   UNSEEN   its line is written          ENTERED
 *   ENTERED  all that it awaits is drawn  DRAWN
 */
enum walk { UNSEEN, ENTERED, DRAWN };

enum { DEEPEST_MARGIN = 24 }; /* what is deeper stands no further to the right */

#define NOWHERE UINT32_MAX

struct graph_task {
    corun_task *task;
    uint32_t first, count; /* in `awaits`: the tasks that it awaits */
    uint32_t awaited_by;   /* how many */
    uint32_t entered;      /* how many of those it awaits the walk has come to */
    uint32_t from;         /* the one that it was entered from, or NOWHERE */
    uint8_t walked;        /* enum walk */
};

/* The tasks of a loop, at one moment. */
struct graph {
    struct graph_task *tasks;
    uint32_t *awaits; /* indices in `tasks` */
    uint32_t count;
};

/* -------------------------------------------------------------------- graph */

/* Tasks stand in the order in which they were made, which is that of their numbers. */
static uint32_t find_in_graph(const struct graph *graph, const corun_task *task)
{
    uint32_t first = graph->tasks[0].task->number, low = 0, high = graph->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (graph->tasks[middle].task->number - first < task->number - first)
            low = middle + 1;
        else
            high = middle;
    }
    return low < graph->count && graph->tasks[low].task == task ? low : NOWHERE;
}

/* Gives the tasks that await one, into `awaiters`, which is large enough. */
static uint32_t list_awaiters(const struct graph *graph, uint32_t of, corun_task **awaiters)
{
    uint32_t count = graph->tasks[of].awaited_by;
    corun_task_awaited_by(graph->tasks[of].task, awaiters, count);
    return count;
}

/* Counts the awaits and makes room for them. */
static int count_awaits(struct graph *graph, corun_task ***out_awaiters)
{
    size_t all = 0, most = 0;
    for (uint32_t i = 0; i < graph->count; i++) {
        size_t count = corun_task_awaited_by(graph->tasks[i].task, NULL, 0);
        graph->tasks[i].awaited_by = (uint32_t)count;
        all += count;
        if (count > most)
            most = count;
    }
    graph->awaits = memory_allocate((all + 1) * sizeof *graph->awaits);
    *out_awaiters = memory_allocate((most + 1) * sizeof **out_awaiters);
    return graph->awaits && *out_awaiters ? 0 : -ENOMEM;
}

/* Has `visit` called for each await: of the task of index `from`, for that of index `to`. */
static void each_await(struct graph *graph, corun_task **awaiters,
                       void (*visit)(struct graph *graph, uint32_t from, uint32_t to))
{
    for (uint32_t to = 0; to < graph->count; to++) {
        uint32_t count = list_awaiters(graph, to, awaiters);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t from = find_in_graph(graph, awaiters[i]);
            if (from != NOWHERE)
                visit(graph, from, to);
        }
    }
}

static void count_await(struct graph *graph, uint32_t from, uint32_t to)
{
    (void)to;
    graph->tasks[from].count++;
}

static void put_await(struct graph *graph, uint32_t from, uint32_t to)
{
    struct graph_task *task = &graph->tasks[from];
    graph->awaits[task->first + task->count++] = to;
}

/* Gives each task its part of `awaits`. */
static void share_out(struct graph *graph)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < graph->count; i++) {
        graph->tasks[i].first = first;
        first += graph->tasks[i].count;
        graph->tasks[i].count = 0;
    }
}

static int list_tasks(corun_loop *loop, struct graph *graph)
{
    graph->count = (uint32_t)corun_all_tasks(loop, NULL, 0);
    graph->tasks = memory_allocate((graph->count + 1) * sizeof *graph->tasks);
    if (!graph->tasks)
        return -ENOMEM;
    memset(graph->tasks, 0, graph->count * sizeof *graph->tasks);
    for (struct list *at = loop->tasks.next, *end = &loop->tasks; at != end; at = at->next)
        (graph->tasks++)->task = container_of(at, corun_task, all);
    graph->tasks -= graph->count;
    return 0;
}

static void free_graph(struct graph *graph)
{
    memory_release(graph->tasks);
    memory_release(graph->awaits);
}

/* Returns 0, or -ENOMEM. */
static int make_graph(corun_loop *loop, struct graph *out_graph)
{
    struct graph graph = {NULL, NULL, 0};
    corun_task **awaiters = NULL;
    int rc = list_tasks(loop, &graph);
    if (rc == 0)
        rc = count_awaits(&graph, &awaiters);
    if (rc == 0) {
        each_await(&graph, awaiters, count_await);
        share_out(&graph);
        each_await(&graph, awaiters, put_await);
        *out_graph = graph;
    } else {
        free_graph(&graph);
    }
    memory_release(awaiters);
    return rc;
}

/* --------------------------------------------------------------------- draw */

struct drawing {
    struct graph graph;
    FILE *file;
    uint32_t depth; /* of the task that is drawn, 0 of one that nobody awaits */
    uint32_t open;  /* bit n: the branch at depth n goes on further down */
};

enum { LONGEST_MARGIN = (DEEPEST_MARGIN + 1) * sizeof "│   " };

/* Appends what stands in front of a line, for the depths up to `depth`. */
static char *append_bars(char *at, const struct drawing *drawing, uint32_t depth)
{
    *at = '\0';
    for (uint32_t i = 1; i <= depth && i <= DEEPEST_MARGIN; i++)
        at = text_append(at, drawing->open >> i & 1 ? "│   " : "    ");
    return at;
}

/* Writes what stands in front of the line of a task at `depth`. */
static void draw_branch(const struct drawing *drawing, uint32_t depth)
{
    char margin[LONGEST_MARGIN];
    if (depth == 0)
        return;
    if (depth > DEEPEST_MARGIN)
        depth = DEEPEST_MARGIN;
    append_bars(margin, drawing, depth - 1);
    fputs(margin, drawing->file);
    fputs(drawing->open >> depth & 1 ? "├── " : "└── ", drawing->file);
}

static void draw_task(struct drawing *drawing, uint32_t index, uint32_t from)
{
    struct graph_task *task = &drawing->graph.tasks[index];
    char margin[LONGEST_MARGIN];
    task->walked = ENTERED;
    task->from = from;
    draw_branch(drawing, drawing->depth);
    inspect_task(drawing->file, task->task);
    text_append(append_bars(margin, drawing, drawing->depth), task->count > 0 ? "│   " : "    ");
    inspect_chain(drawing->file, task->task, margin);
}

/* Writes the circle that the way from the last of the present path to `index`, which is on it, closes. */
static void draw_cycle(const struct drawing *drawing, uint32_t last, uint32_t index)
{
    const struct graph *graph = &drawing->graph;
    fputs("cycle: ", drawing->file);
    for (uint32_t at = index;; at = graph->awaits[graph->tasks[at].first + graph->tasks[at].entered - 1]) {
        inspect_name(drawing->file, graph->tasks[at].task);
        fputs(" → ", drawing->file);
        if (at == last)
            break;
    }
    inspect_name(drawing->file, graph->tasks[index].task);
    fputs("\n", drawing->file);
}

static void draw_again(const struct drawing *drawing, uint32_t from, uint32_t index)
{
    const struct graph_task *task = &drawing->graph.tasks[index];
    draw_branch(drawing, drawing->depth + 1);
    if (task->walked == ENTERED) {
        draw_cycle(drawing, from, index);
        return;
    }
    inspect_name(drawing->file, task->task);
    fputs(": see above\n", drawing->file);
}

/* Notes whether the branch at `depth` goes on. */
static void set_open(struct drawing *drawing, uint32_t depth, bool open)
{
    if (depth <= DEEPEST_MARGIN)
        drawing->open = (drawing->open & ~(1u << depth)) | (uint32_t)open << depth;
}

/* Draws a task with all that it awaits. */
static void draw_tree(struct drawing *drawing, uint32_t root)
{
    const struct graph *graph = &drawing->graph;
    uint32_t at = root;
    drawing->depth = 0;
    draw_task(drawing, root, NOWHERE);
    while (at != NOWHERE) {
        struct graph_task *task = &graph->tasks[at];
        uint32_t next;
        if (task->entered == task->count) {
            task->walked = DRAWN;
            at = task->from;
            drawing->depth--;
            continue;
        }
        next = graph->awaits[task->first + task->entered++];
        set_open(drawing, drawing->depth + 1, task->entered < task->count);
        if (graph->tasks[next].walked != UNSEEN) {
            draw_again(drawing, at, next);
            continue;
        }
        drawing->depth++;
        draw_task(drawing, next, at);
        at = next;
    }
}

/* Without memory: one after another. */
static void draw_list(corun_loop *loop, FILE *file)
{
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next) {
        inspect_task(file, container_of(at, corun_task, all));
        inspect_chain(file, container_of(at, corun_task, all), "    ");
    }
}

void corun_print_tasks(corun_loop *loop, FILE *file)
{
    struct drawing drawing = {.file = file};
    if (!loop)
        loop = corun_current_loop();
    if (!loop)
        return;
    if (make_graph(loop, &drawing.graph) < 0) {
        draw_list(loop, file);
        return;
    }
    for (uint32_t i = 0; i < drawing.graph.count; i++)
        if (drawing.graph.tasks[i].awaited_by == 0)
            draw_tree(&drawing, i);
    for (uint32_t i = 0; i < drawing.graph.count; i++) /* what no way from those leads to: circles */
        if (drawing.graph.tasks[i].walked == UNSEEN)
            draw_tree(&drawing, i);
    free_graph(&drawing.graph);
}

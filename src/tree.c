/* The tree of tasks: who awaits whom, drawn.
 *
 * A task may be awaited by several, and awaits may close a circle: so it is a graph, of which each task is
 * drawn once, and every further way to it as a line that says so. The walk keeps its path in the graph itself:
 * a chain of 10,000 joins needs no C stack.
 */
#include "inspect.h"
#include "memory.h"
#include "report.h"
#include "task.h"

enum { DEEPEST_BRANCH = DEEPEST_MARGIN - 1 }; /* what is deeper stands no further to the right */

/* A task of the loop. */
struct node {
    corun_task *task;
    struct edge *edges; /* what it awaits and is still to be drawn, or is just being drawn */
    struct node *from;  /* the one that the walk came from; NULL: none */
    uint32_t number;    /* the task's own */
    bool is_awaited, has_line; /* with edges: the walk is below it */
};

/* That it awaits another one. */
struct edge {
    struct node *to;
    struct edge *next;
};

struct drawing {
    FILE *file;
    struct node *nodes; /* oldest first */
    size_t count;
    uint32_t depth; /* of the task that is drawn, 0 of one that nobody awaits */
    uint32_t bars;  /* bit n: the branch at depth n goes on further down */
};

/* -------------------------------------------------------------------- graph */

/* Finds a task that is one of the drawing's, by the place that stands in for its number; else NULL. */
static struct node *node_of(const struct drawing *drawing, const corun_task *task)
{
    struct node *node = drawing->nodes + task->number;
    return task->number < drawing->count && node->task == task ? node : NULL;
}

/* Notes who awaits a task. Whoever does so in several ways has just been given that edge. */
static struct edge *add_edges(const struct drawing *drawing, struct node *to, struct edge *unused)
{
    const struct list *at = NULL;
    for (corun_task *awaiter; (awaiter = awaiter_next(to->task, &at));) {
        struct node *from = node_of(drawing, awaiter);
        to->is_awaited = true;
        if (!from || (from->edges && from->edges->to == to))
            continue;
        *unused = (struct edge){to, from->edges};
        from->edges = unused++;
    }
    return unused;
}

/* Finds the tasks and who awaits whom. Returns false without memory. Meanwhile each task's number is its place. */
static bool make_graph(struct drawing *drawing, corun_loop *loop)
{
    size_t edges = 0;
    struct edge *unused;
    struct node *node;
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next, drawing->count++)
        edges += corun_task_awaited_by(container_of(at, corun_task, all), NULL, 0);
    node = memory_allocate((drawing->count + 1) * sizeof *node + edges * sizeof *unused);
    if (!node)
        return false;
    drawing->nodes = node;
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next, node++) {
        corun_task *task = container_of(at, corun_task, all);
        *node = (struct node){.task = task, .number = task->number};
        task->number = (uint32_t)(node - drawing->nodes);
    }
    unused = (struct edge *)(void *)node;
    for (size_t i = drawing->count; i-- > 0;) /* from the last, since edges are added in front */
        unused = add_edges(drawing, &drawing->nodes[i], unused);
    for (size_t i = drawing->count; i-- > 0;)
        drawing->nodes[i].task->number = drawing->nodes[i].number;
    return true;
}

/* ------------------------------------------------------------------ margins */

static uint32_t margin_of(uint32_t depth)
{
    return depth < DEEPEST_BRANCH ? depth : DEEPEST_BRANCH;
}

/* Notes whether the branch below the present task goes on further down. */
static void set_bar(struct drawing *drawing, bool goes_on)
{
    uint32_t bit = margin_of(drawing->depth) + 1;
    drawing->bars = (drawing->bars & ~(1u << bit)) | (uint32_t)goes_on << bit;
}

/* Writes what stands in front of the line of a task at `depth`. */
static void draw_branch(const struct drawing *drawing, uint32_t depth)
{
    uint32_t margin = margin_of(depth);
    if (depth == 0)
        return;
    print_margin(drawing->file, drawing->bars, margin - 1);
    fputs(drawing->bars >> margin & 1 ? "├── " : "└── ", drawing->file);
}

/* --------------------------------------------------------------------- draw */

/* Writes a task's line, and its chain below. */
static void draw_task(struct drawing *drawing, struct node *node)
{
    node->has_line = true;
    draw_branch(drawing, drawing->depth);
    inspect_task(drawing->file, node->task);
    set_bar(drawing, node->edges != NULL);
    inspect_chain(drawing->file, node->task, drawing->bars, margin_of(drawing->depth) + 1);
}

/* Writes a further way to a task, from `last`: what it is called, or the whole circle if it closes one. */
static void draw_again(const struct drawing *drawing, const struct node *last, const struct node *node)
{
    FILE *file = drawing->file;
    const char *end = ": see above\n";
    draw_branch(drawing, drawing->depth + 1);
    if (node->edges) {
        fputs("cycle: ", file);
        end = "\n";
        for (const struct node *at = node; at; at = at == last ? NULL : at->edges->to) {
            inspect_name(file, at->task);
            fputs(" → ", file);
        }
    }
    inspect_name(file, node->task);
    fputs(end, file);
}

/* Draws a task with all that it awaits. */
static void draw_tree(struct drawing *drawing, struct node *node)
{
    drawing->depth = 0;
    while (node) {
        struct edge *edge;
        if (!node->has_line)
            draw_task(drawing, node);
        edge = node->edges;
        if (!edge) {
            node = node->from;
            drawing->depth--;
            if (node)
                node->edges = node->edges->next;
            continue;
        }
        set_bar(drawing, edge->next != NULL);
        if (edge->to->has_line) {
            draw_again(drawing, node, edge->to);
            node->edges = edge->next;
        } else {
            edge->to->from = node;
            node = edge->to;
            drawing->depth++;
        }
    }
}

/* Without memory: one after another. */
static void draw_list(corun_loop *loop, FILE *file)
{
    for (struct list *at = loop->tasks.next; at != &loop->tasks; at = at->next) {
        inspect_task(file, container_of(at, corun_task, all));
        inspect_chain(file, container_of(at, corun_task, all), 0, 1);
    }
}

void corun_print_tasks(corun_loop *loop, FILE *file)
{
    struct drawing drawing = {.file = file};
    if (!loop)
        loop = corun_current_loop();
    if (!loop)
        return;
    if (!make_graph(&drawing, loop)) {
        draw_list(loop, file);
        return;
    }
    /* First from the tasks that nobody awaits, then what no way from those leads to: circles. */
    for (int circles = 0; circles <= 1; circles++)
        for (size_t i = 0; i < drawing.count; i++)
            if (!drawing.nodes[i].has_line && (circles || !drawing.nodes[i].is_awaited))
                draw_tree(&drawing, &drawing.nodes[i]);
    memory_release(drawing.nodes);
}

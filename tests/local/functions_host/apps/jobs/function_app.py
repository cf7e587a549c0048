"""An app of queues and timers that writes what happened to the file named by JOBS_LOG, one JSON each line."""

import asyncio
import json
import os
from pathlib import Path

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def note(**what) -> None:
    with Path(os.environ["JOBS_LOG"]).open("a") as log:
        log.write(json.dumps(what) + "\n")


@app.route(route="send", methods=["POST"])
@app.queue_output(arg_name="out", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
async def send(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)


@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
async def work(msg: func.QueueMessage) -> None:
    text = msg.get_body().decode("utf-8", errors="replace")
    note(work=text, try_=msg.dequeue_count, id=msg.id, inserted=str(msg.insertion_time))
    if text.startswith("fail"):
        raise RuntimeError("as told")
    if text.startswith("hang"):
        await asyncio.sleep(60)
    if text.startswith("slow"):
        await asyncio.sleep(4.5)
    note(done=text)


@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%-chain", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="$return", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
def chain(msg: func.QueueMessage) -> str:
    note(chain=msg.get_body().decode())
    return json.dumps(["from chain", {"n": 1}])


@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%-poison", connection="AzureWebJobsStorage")
async def buried(msg: func.QueueMessage) -> None:
    note(buried=msg.get_body().decode("utf-8", errors="replace"))


@app.timer_trigger(arg_name="timer", schedule="%SWEEP%")
async def sweep(timer: func.TimerRequest) -> None:
    note(sweep=timer.past_due)


@app.timer_trigger(arg_name="timer", schedule="0 0 4 * * *")
async def nightly(timer: func.TimerRequest) -> None:
    note(nightly=timer.past_due)
    raise RuntimeError("a failing timer")

// bench-change: 0
import express from "express";
import { format } from "date-fns";
import pino from "pino";

const log = pino();
const app = express();
app.get("/", (request, response) => {
  response.send(`Hello, it is ${format(new Date(), "HH:mm")}`);
});
app.listen(3000, () => log.info("listening"));
